// The class of the notebooks: features, energies and descents on the tensors of any backend.

import { inTurns, makeProgram, makeTurn, type StopOptions, StructuredRows } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { engineFor, type RecallEngine } from "@hamlet/ham";
import * as tf from "@tensorflow/tfjs-core";
import type { FeatureDescription, FeatureOptions } from "../features/description.ts";
import { type Features, featuresOf } from "../features/features.ts";
import { CompiledFeatures, distributed } from "./compiled.ts";
import {
  arrayFunction,
  type DescentOptions,
  type DescentResult,
  exactFunction,
  featureFunction,
  featureInputs,
} from "./descent.ts";
import { DEFAULT_EPS, featureEntries, HALVES, type PlannedEnergy } from "./energies.ts";
import { descentOf, positive } from "./own-energy.ts";
import { makeTensorProjection, type TensorProjection } from "./projection.ts";
import { type Input, leadingOf, memoriesOf, statesOf, vectorOf, withLeading } from "./shapes.ts";

/** Where the kernel sum is cut before its logarithm. */
export interface EpsOptions {
  /** Smallest kernel sum; default 1e-10. */
  readonly eps?: number;
}

/** How an approximate descent goes. */
export interface ApproxDescentOptions extends DescentOptions, EpsOptions {
  /**
   * What the steps run on, as those of every recall: `simd`, compiled code in float32 in this process;
   * `tensors`, operations of the backend; `float64`, plain arrays. Default `simd` on cpu and wasm,
   * whose tensors are in this process, where code can be compiled; else `tensors`.
   */
  readonly engine?: RecallEngine;
}

/**
 * Dense associative memory through random features.
 *
 * States are `[…, D]`: one state `[D]`, a batch `[B, D]`, or any axes before the last, which results
 * keep. Memories are `[K, D]`, the distributed memory `T` is `[2Y]`; numbers in arrays will do for
 * tensors. Arguments are borrowed; results are the caller's to dispose.
 * @see Hoover, Chau, Strobelt, Ram and Krotov (2024), Dense associative memory through the lens of
 * random features, arXiv:2410.24153.
 */
export interface DrDAM {
  readonly features: Features;
  readonly D: number;
  readonly Y: number;
  readonly beta: number;
  /** Entries of a feature vector, `2 Y`. */
  readonly Tdim: number;
  /** Random features `Φ(x)`, `[…, 2Y]`. */
  phi(x: Input): tf.Tensor;
  /** The exact kernel `exp(−½β |x − y|²)`, `[…]`. */
  sim(x: Input, y: Input): tf.Tensor;
  /** The kernel by features `⟨Φ(x), Φ(y)⟩`, `[…]`. */
  rfApproxSim(x: Input, y: Input): tf.Tensor;
  /** The exact energy `−(1/β) log Σₘ exp(−½β |x − ξₘ|²)`, `[…]`. */
  energy(x: Input, memories: Input): tf.Tensor;
  /** The energy by features `−(1/β) log max(⟨Φ(x), T⟩, eps)`, `[…]`. */
  rfApproxEnergy(x: Input, T: Input, options?: EpsOptions): tf.Tensor;
  /** The distributed memory `T = Σₘ Φ(ξₘ)`, `[2Y]`. */
  distMemories(memories: Input, options?: StopOptions): Promise<tf.Tensor1D>;
  /** Descends the exact energy. */
  energyDescent(q: Input, memories: Input, options?: DescentOptions): Promise<DescentResult>;
  /** Descends the energy by features. */
  rfApproxEnergyDescent(q: Input, T: Input, options?: ApproxDescentOptions): Promise<DescentResult>;
  /** The earlier notebook's name of {@link rfApproxSim}. */
  kernelSim(x: Input, y: Input): tf.Tensor;
  /** The earlier notebook's name of {@link rfApproxEnergy}. */
  kernelEnergy(x: Input, T: Input, options?: EpsOptions): tf.Tensor;
  /** The earlier notebook's name of {@link distMemories}. */
  kernelizeMemories(memories: Input, options?: StopOptions): Promise<tf.Tensor1D>;
  /** The earlier notebook's name of {@link energyDescent}. */
  recall(q: Input, memories: Input, options?: DescentOptions): Promise<DescentResult>;
  /** The earlier notebook's name of {@link rfApproxEnergyDescent}. */
  kernelRecall(q: Input, T: Input, options?: ApproxDescentOptions): Promise<DescentResult>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Draws random features, unless they are given, and puts them on the current backend.
 *
 * @throws HamError `drdam/bad-features`; its methods throw `drdam/shape-mismatch`,
 * `drdam/bad-setting` and `drdam/disposed`.
 * @example
 * using drdam = makeDrdam({ D: 30, Y: 10_000, beta: 25, key: key(0) });
 * const T = await drdam.distMemories(memories);
 * const { state } = await drdam.rfApproxEnergyDescent(query, T, { depth: 100 });
 */
export function makeDrdam(options: FeatureOptions | Features): DrDAM {
  return new RandomFeatureMemory(featuresOf(options));
}

/** Backends whose tensors are arrays of this process, for which nobody need wait. */
const IN_PROCESS: ReadonlySet<string> = new Set(["cpu", "wasm"]);
/**
 * Memories whose features are computed at once: no more than about this many numbers, and between two
 * turns of others where that is work of this process.
 */
const FEATURES_AT_ONCE = { inProcess: 2 ** 20, elsewhere: 2 ** 24 };

class RandomFeatureMemory implements DrDAM {
  readonly features: Features;
  #rows: TensorProjection | undefined;
  readonly #entries: PlannedEnergy;
  #compiled: CompiledFeatures | undefined;
  #disposed = false;

  constructor(features: Features) {
    this.features = features;
    this.#entries = featureEntries(features.description);
  }

  /** The rows on the backend, from the first time that something is computed there. */
  get #projection(): TensorProjection {
    return (this.#rows ??= makeTensorProjection(this.features));
  }

  get #description(): FeatureDescription {
    return this.features.description;
  }

  get D(): number {
    return this.#description.D;
  }

  get Y(): number {
    return this.#description.Y;
  }

  get beta(): number {
    return this.#description.beta;
  }

  get Tdim(): number {
    return 2 * this.Y;
  }

  phi(x: Input): tf.Tensor {
    return this.#run(() => {
      const { states, leading } = statesOf(x, this.D, "x");
      return withLeading(this.#phi(states), leading, { after: [this.Tdim] });
    });
  }

  sim(x: Input, y: Input): tf.Tensor {
    return this.#run(() => {
      const [a, b] = [statesOf(x, this.D, "x"), statesOf(y, this.D, "y")];
      const leading = leadingOf(a, b);
      const squares = tf.sum(tf.squaredDifference(a.states, b.states), 1);
      return withLeading(tf.exp(tf.mul(squares, -this.beta / 2)), leading);
    });
  }

  rfApproxSim(x: Input, y: Input): tf.Tensor {
    return this.#run(() => {
      const [a, b] = [statesOf(x, this.D, "x"), statesOf(y, this.D, "y")];
      const leading = leadingOf(a, b);
      const products = tf.mul(this.#phi(a.states), this.#phi(b.states));
      return withLeading(this.#longSum(products), leading);
    });
  }

  energy(x: Input, memories: Input): tf.Tensor {
    return this.#run(() => {
      const { states, leading } = statesOf(x, this.D, "x");
      using exact = disposable(exactFunction(memoriesOf(memories, this.D), this.beta));
      return withLeading(exact.at(states).energy, leading);
    });
  }

  rfApproxEnergy(x: Input, T: Input, { eps = DEFAULT_EPS }: EpsOptions = {}): tf.Tensor {
    return this.#run(() => {
      const { states, leading } = statesOf(x, this.D, "x");
      const settings = { T: vectorOf(T, this.Tdim, "T"), eps: positive("eps", eps) };
      using approx = disposable(featureFunction(this.features, this.#projection, settings));
      return withLeading(approx.at(states).energy, leading);
    });
  }

  async distMemories(memories: Input, { signal }: StopOptions = {}): Promise<tf.Tensor1D> {
    const [rows, zeros] = this.#run(() => [
      tf.clone(memoriesOf(memories, this.D)),
      tf.zeros([1, this.Tdim]),
    ]);
    const [K] = rows.shape;
    const isInProcess = IN_PROCESS.has(tf.getBackend());
    const most = FEATURES_AT_ONCE[isInProcess ? "inProcess" : "elsewhere"];
    const atOnce = Math.max(1, Math.floor(most / this.Tdim));
    const turn = makeTurn(signal);
    let T = zeros;
    try {
      if (
        engineFor(undefined).name === "simd" &&
        !(this.features.projection instanceof StructuredRows)
      ) {
        return tf.tensor1d(
          await inTurns(distributed(this.features, rows.dataSync<"float32">()), turn),
        );
      }
      for (let from = 0; from < K; from += atOnce) {
        await turn();
        const next = this.#run(() => {
          const count = Math.min(atOnce, K - from);
          const some = tf.slice(rows, [from, 0], [count, this.D]);
          // Where operations run in groups of threads, a sum over the first axis takes one for each entry.
          return tf.add(T, tf.matMul(tf.ones([1, count]), this.#phi(some)));
        });
        T.dispose();
        T = next;
      }
      return tf.reshape<tf.Rank.R1>(T, [this.Tdim]);
    } finally {
      tf.dispose([rows, T]);
    }
  }

  async energyDescent(
    q: Input,
    memories: Input,
    options: DescentOptions = {},
  ): Promise<DescentResult> {
    this.#assertAlive();
    const exact = (owned: tf.Tensor[]) => {
      const rows = tf.tidy(() => tf.clone(memoriesOf(memories, this.D)));
      owned.push(rows);
      return exactFunction(rows, this.beta);
    };
    return await descentOf(exact, q, { ...options, D: this.D, eps: DEFAULT_EPS });
  }

  async rfApproxEnergyDescent(
    q: Input,
    T: Input,
    options: ApproxDescentOptions = {},
  ): Promise<DescentResult> {
    this.#assertAlive();
    const { eps = DEFAULT_EPS } = options;
    const engine = engineFor(options.engine).name;
    const approx = (owned: tf.Tensor[]) => {
      const own = tf.tidy(() => tf.clone(vectorOf(T, this.Tdim, "T")));
      owned.push(own);
      const settings = { T: own, eps: positive("eps", eps) };
      if (engine === "tensors") return featureFunction(this.features, this.#projection, settings);
      const compiled = engine === "simd" ? this.#compiledFeatures() : null;
      return arrayFunction(this.features, settings, compiled);
    };
    return await descentOf(approx, q, { ...options, D: this.D, eps });
  }

  kernelSim(x: Input, y: Input): tf.Tensor {
    return this.rfApproxSim(x, y);
  }

  kernelEnergy(x: Input, T: Input, options: EpsOptions = {}): tf.Tensor {
    return this.rfApproxEnergy(x, T, options);
  }

  kernelizeMemories(memories: Input, options: StopOptions = {}): Promise<tf.Tensor1D> {
    return this.distMemories(memories, options);
  }

  recall(q: Input, memories: Input, options: DescentOptions = {}): Promise<DescentResult> {
    return this.energyDescent(q, memories, options);
  }

  kernelRecall(q: Input, T: Input, options: ApproxDescentOptions = {}): Promise<DescentResult> {
    return this.rfApproxEnergyDescent(q, T, options);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#rows?.dispose();
    this.#compiled?.dispose();
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Made when they are first needed: they hold a second copy of the rows. */
  #compiledFeatures(): CompiledFeatures {
    return (this.#compiled ??= new CompiledFeatures(this.features));
  }

  #run<Result extends tf.TensorContainer>(body: () => Result): Result {
    this.#assertAlive();
    return tf.tidy(body);
  }

  #assertAlive(): void {
    if (!this.#disposed) return;
    throw new HamError("drdam/disposed", "This DrDAM was disposed and cannot be used any more.");
  }

  /** `Φ` of states `[B, D]`, `[B, 2Y]`. */
  #phi(states: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => {
      const { plan, states: names } = this.#entries;
      using program = makeProgram(plan);
      program.bind("load", new Map());
      const given = { states: names, projection: this.#projection, beta: this.beta };
      const results = program.step(featureInputs(states, given), { batch: states.shape[0] });
      return tf.concat(
        HALVES.map((half) => results.get(half)!),
        1,
      ) as tf.Tensor2D;
    });
  }

  /** Sums `[B, 2Y]` over its rows in two stages: one running float32 total would lose digits. */
  #longSum(values: tf.Tensor): tf.Tensor {
    return tf.sum(tf.sum(tf.reshape(values, [-1, 2, this.Y]), 2), 1);
  }
}

function disposable<T extends { dispose(): void }>(owner: T): T & Disposable {
  return Object.assign(owner, { [Symbol.dispose]: () => owner.dispose() });
}
