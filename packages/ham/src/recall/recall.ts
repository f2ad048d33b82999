// A recall: states roll downhill until nothing changes, and the result says how it ended.
//
// One step is one `tidy`; between steps only the states, the activations and two numbers an
// example are alive, so memory does not grow with the number of steps.

import { foldIn, type Inputs, type Key, key, normal, type Program } from "@hamlet/core";
import {
  type Dim,
  type EnergyGraph,
  evaluateScalar,
  HamError,
  invariant,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
  sizeOfDim,
  type Tensor,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { BinaryRecall, FLIP_SOLVERS } from "../binary/binary-recall.ts";
import type { Trajectory } from "../binary/trajectory.ts";
import { SOLVERS } from "../solvers/catalogue.ts";
import type { Layers, Solver, SolverSettings } from "../solvers/solver.ts";
import { drawEntries } from "./draw.ts";
import {
  activationName,
  ENERGY,
  makeDynamics,
  makeStarts,
  mobilityName,
  velocityName,
} from "./dynamics.ts";
import { type Outcome, OutcomeTracker } from "./outcome.ts";
import { recordEvery } from "./record.ts";
import { settingOf } from "./setting.ts";

/** What a compiled recall is made of. */
export interface RecallSetup {
  readonly sizes: ReadonlyMap<Dim, number>;
  /** Every const, param and data, without a batch axis. Borrowed. */
  readonly values: Inputs;
  /** The same consts as numbers, for settings such as `dt`. */
  readonly numbers: ReadonlyMap<Tensor, ArrayLike<number>>;
}

/** What one run of a recall is given. */
export interface RecallOptions {
  /** Every `given` that the recall uses, `[B, …axes]`. Borrowed. */
  readonly givens?: Inputs;
  /** The number of examples where nothing is given; default 1. */
  readonly batch?: number;
  /** Draws of start values; default `key(0)`. */
  readonly key?: Key;
  /** Keep every flip of a binary recall; default: as the recall says by `record flips`. */
  readonly recordFlips?: boolean;
  /** Called after every step. */
  readonly onStep?: (progress: RecallProgress) => void;
  /** Stops the recall with `ham/aborted`. */
  readonly signal?: { readonly aborted: boolean };
}

export interface RecallProgress {
  readonly step: number;
  readonly steps: number;
  /** Examples that still move. */
  readonly active: number;
  /** The mean energy over the examples. */
  readonly energy: number;
}

/** One moment of a recall. Its tensors are borrowed until the next step. */
export interface RecallStep {
  readonly step: number;
  readonly time: number;
  /** `[B]` */
  readonly energy: tf.Tensor;
  /** The largest absolute change of an activation, `[B]`; 0 before the first step. */
  readonly change: tf.Tensor;
  readonly states: ReadonlyMap<Neuron, tf.Tensor>;
  readonly activations: ReadonlyMap<Neuron, tf.Tensor>;
}

/** What a recall returns. The tensors are the caller's: `dispose()` frees them all. */
export interface RecallResult {
  readonly batch: number;
  readonly states: ReadonlyMap<Neuron, tf.Tensor>;
  readonly activations: ReadonlyMap<Neuron, tf.Tensor>;
  /** The energy of every example (inner) at the steps of {@link energySteps} (outer). */
  readonly energies: readonly Float64Array[];
  /** When energies were kept: the start, every so many steps as the recall says, and the end. */
  readonly energySteps: readonly number[];
  readonly outcomes: readonly Outcome[];
  /** The flips of every example, where they were kept. */
  readonly trajectories?: readonly Trajectory[];
  dispose(): void;
  [Symbol.dispose](): void;
}

/** A recall that is ready to run, again and again. Owns its compiled programs. */
export interface CompiledRecall {
  /** The number of steps it makes at most. */
  readonly steps: number;
  /**
   * Step by step. Send a `[B]` tensor of 0 and 1 to hold the examples where it is 0; it is
   * borrowed for that step.
   */
  descend(options?: RecallOptions): Generator<RecallStep, void, tf.Tensor | undefined>;
  run(options?: RecallOptions): Promise<RecallResult>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Compiles a recall block of a model.
 * @throws HamError `ham/unknown-solver`, `ham/bad-setting`.
 */
export function makeRecall(graph: EnergyGraph, recall: Recall, setup: RecallSetup): CompiledRecall {
  return FLIP_SOLVERS.includes(recall.solver.name)
    ? new BinaryRecall(graph, recall, setup)
    : new EnergyRecall(graph, recall, setup);
}

/** Everything that follows from the states of one moment. `all` holds the tensors to dispose. */
interface Moment {
  readonly velocity: Layers;
  /** How freely each unit moves, for solvers with noise. */
  readonly mobility: Layers;
  readonly activations: Layers;
  readonly energy: tf.Tensor;
  readonly all: tf.Tensor[];
}

class EnergyRecall implements CompiledRecall {
  readonly steps: number;
  readonly #graph: EnergyGraph;
  readonly #recall: Recall;
  readonly #setup: RecallSetup;
  readonly #solver: Solver;
  readonly #settings: SolverSettings;
  readonly #dynamics: Program;
  readonly #starts: Program;

  constructor(graph: EnergyGraph, recall: Recall, setup: RecallSetup) {
    this.#graph = graph;
    this.#recall = recall;
    this.#setup = setup;
    const solver = SOLVERS.get(recall.solver.name);
    if (solver === undefined) {
      throw new HamError(
        "ham/unknown-solver",
        `The recall "${recall.name}" asks for the solver "${recall.solver.name}". Solvers: ${[...SOLVERS.keys(), ...FLIP_SOLVERS].join(", ")}.`,
      );
    }
    this.#solver = solver;
    const noisy = solver.noisy === true;
    this.#settings = {
      dt: settingOf(recall, setup, "dt"),
      temperature: noisy ? settingOf(recall, setup, "temperature") : 0,
    };
    this.steps = settingOf(recall, setup, "steps");
    this.#dynamics = makeDynamics(graph, recall, { sizes: setup.sizes, noisy });
    this.#starts = makeStarts(recall, setup.sizes);
    try {
      for (const program of [this.#dynamics, this.#starts]) {
        program.bind("load", setup.values);
        program.bind("param", setup.values);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  *descend(options: RecallOptions = {}): Generator<RecallStep, void, tf.Tensor | undefined> {
    const givens = options.givens ?? new Map();
    const batch = [...givens.values()][0]?.shape[0] ?? options.batch ?? 1;
    for (const program of [this.#dynamics, this.#starts]) program.bind("example", givens);
    const { neurons } = this.#graph;
    const timeStep = 1 / Math.max(1, this.steps - 1);
    const named = (layers: Layers) => new Map(neurons.map((neuron, i) => [neuron, layers[i]]));

    let states: tf.Tensor[] = [];
    let moment: Moment | null = null;
    let change: tf.Tensor | null = null;
    try {
      const seed = options.key ?? key(0);
      change = tf.zeros([batch]);
      states = this.#start(batch, seed);
      moment = this.#evaluate(states, 0, batch);
      for (let step = 0; ; step++) {
        const time = Math.min(1, step * timeStep);
        const active = yield {
          step,
          time,
          energy: moment.energy,
          change,
          states: named(states),
          activations: named(moment.activations),
        };
        if (step === this.steps) return;
        const stream = foldIn(foldIn(seed, neurons.length), step);
        const next = this.#advance(states, moment, { time, timeStep, batch, active, stream });
        tf.dispose(states);
        states = next;
        const before: Moment = moment;
        moment = this.#evaluate(next, Math.min(1, (step + 1) * timeStep), batch);
        tf.dispose(change);
        change = null;
        try {
          change = largestChange(before.activations, moment.activations);
        } finally {
          tf.dispose(before.all);
        }
      }
    } finally {
      tf.dispose([states, moment?.all ?? [], change ?? []]);
    }
  }

  async run(options: RecallOptions = {}): Promise<RecallResult> {
    const every = recordEvery(this.#recall, 1);
    const energies: Float64Array[] = [];
    const energySteps: number[] = [];
    let trackers: OutcomeTracker[] = [];
    let mask: tf.Tensor | undefined;
    const iterator = this.descend(options);
    try {
      for (let next = iterator.next(); !next.done; next = iterator.next(mask)) {
        const now = next.value;
        if (options.signal?.aborted === true) {
          throw new HamError("ham/aborted", `The recall "${this.#recall.name}" was stopped.`);
        }
        const [energy, change] = await numbers(now.energy, now.change);
        if (now.step === 0) {
          trackers = [...energy].map(() => new OutcomeTracker(this.#claimsDescent()));
          trackers.forEach((tracker, b) => tracker.start(energy[b]));
        } else {
          trackers.forEach((tracker, b) => {
            const stop = this.#stops(now.step, energy[b], change[b]);
            tracker.step(energy[b], change[b], stop);
          });
        }
        const active = trackers.filter((tracker) => tracker.active).length;
        options.onStep?.({ step: now.step, steps: this.steps, active, energy: average(energy) });
        const last = active === 0 || now.step === this.steps;
        if (last || now.step % every === 0) {
          energies.push(Float64Array.from(energy));
          energySteps.push(now.step);
        }
        if (last) return makeResult(now, { energies, energySteps }, trackers);
        mask?.dispose();
        mask =
          active === trackers.length
            ? undefined
            : tf.tensor1d(trackers.map((tracker) => Number(tracker.active)));
      }
    } finally {
      iterator.return();
      mask?.dispose();
    }
    return invariant(false, "a recall ends at its last step") as never;
  }

  dispose(): void {
    this.#dynamics.dispose();
    this.#starts.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Whether the energy should fall: not when it changes itself, nor when noise lifts it. */
  #claimsDescent(): boolean {
    return this.#recall.schedules.length === 0 && this.#settings.temperature === 0;
  }

  #stops(step: number, energy: number, change: number): boolean {
    const { stop } = this.#recall;
    if (stop === null) return false;
    const tensors = new Map<Tensor, ArrayLike<number>>([
      ...this.#setup.numbers,
      [RECALL_QUANTITIES.change, [change]],
      [RECALL_QUANTITIES.energy, [energy]],
      [RECALL_QUANTITIES.step, [step]],
      [RECALL_QUANTITIES.settled, [Number(change === 0)]],
    ]);
    return evaluateScalar(stop, { sizes: this.#setup.sizes, tensors }) !== 0;
  }

  /** The states before the first step: 0 where the recall says nothing. */
  #start(batch: number, seed: Key): tf.Tensor[] {
    return tf.tidy(() => {
      const computed = this.#starts.step(new Map(), { batch });
      return this.#graph.neurons.map((neuron, i) => {
        const value = computed.get(neuron.name);
        if (value !== undefined) return value;
        const shape = [batch, ...neuron.axes.map((dim) => sizeOfDim(dim, this.#setup))];
        const start = this.#recall.starts.find((item) => item.neuron === neuron);
        if (start?.from !== "draw") return tf.zeros(shape);
        const args = start.args.map((arg) =>
          evaluateScalar(arg, { sizes: this.#setup.sizes, tensors: this.#setup.numbers }),
        );
        const entries = drawEntries(start.distribution, args, shape, foldIn(seed, i));
        return tf.tensor(entries, shape, "float32");
      });
    });
  }

  #evaluate(states: Layers, time: number, batch: number): Moment {
    const inputs = new Map(this.#graph.neurons.map((neuron, i) => [neuron.state, states[i]]));
    const outputs = this.#dynamics.step(inputs, { batch, time });
    const pick = (name: (neuron: Neuron) => string) =>
      this.#graph.neurons.map((neuron) => outputs.get(name(neuron))!);
    return {
      velocity: pick(velocityName),
      mobility: this.#solver.noisy === true ? pick(mobilityName) : [],
      activations: pick(activationName),
      energy: outputs.get(ENERGY)!,
      all: [...outputs.values()],
    };
  }

  #advance(
    states: Layers,
    { velocity, mobility }: Moment,
    now: {
      time: number;
      timeStep: number;
      batch: number;
      active: tf.Tensor | undefined;
      stream: Key;
    },
  ): tf.Tensor[] {
    const { time, timeStep, batch, active, stream } = now;
    return tf.tidy(() => {
      const at = (elsewhere: Layers, t: number) =>
        this.#evaluate(elsewhere, Math.min(1, t), batch).velocity;
      const noise =
        this.#solver.noisy === true
          ? mobility.map((layer, i) => {
              const drawn = normal(foldIn(stream, i), states[i].shape);
              return tf.mul(tf.tensor(drawn, states[i].shape, "float32"), layer);
            })
          : null;
      const from = { states, velocity, time, timeStep, at, noise };
      const next = this.#solver.advance(from, this.#settings);
      if (active === undefined) return [...next];
      return next.map((layer, i) => {
        const moves = tf.cast(
          tf.reshape(active, [batch, ...layer.shape.slice(1).map(() => 1)]),
          "bool",
        );
        return tf.where(moves, layer, states[i]);
      });
    });
  }
}

/** The largest absolute difference of any activation, per example. */
function largestChange(before: Layers, after: Layers): tf.Tensor {
  return tf.tidy(() =>
    after
      .map((layer, i) => {
        const size = tf.abs(tf.sub(layer, before[i]));
        return tf.max(tf.reshape(size, [layer.shape[0], -1]), 1);
      })
      .reduce((a, b) => tf.maximum(a, b)),
  );
}

/** Both numbers of every example with one read. */
async function numbers(
  energy: tf.Tensor,
  change: tf.Tensor,
): Promise<[Float32Array, Float32Array]> {
  const both = tf.stack([energy, change]);
  const data = (await both.data()) as Float32Array;
  both.dispose();
  const count = energy.shape[0];
  return [data.slice(0, count), data.slice(count)];
}

function average(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function makeResult(
  { states, activations }: RecallStep,
  record: Pick<RecallResult, "energies" | "energySteps">,
  trackers: readonly OutcomeTracker[],
): RecallResult {
  const neurons = [...states.keys()];
  const clones = tf.tidy(() =>
    [...states.values(), ...activations.values()].map((layer) => tf.clone(layer)),
  );
  const own = (from: number) => new Map(neurons.map((neuron, i) => [neuron, clones[from + i]]));
  const owned = { states: own(0), activations: own(neurons.length) };
  const dispose = () => tf.dispose(clones);
  return {
    ...owned,
    batch: trackers.length,
    ...record,
    outcomes: trackers.map((tracker) => tracker.outcome()),
    dispose,
    [Symbol.dispose]: dispose,
  };
}
