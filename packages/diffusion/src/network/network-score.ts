// A network as a score: what samplers and likelihoods ask for.

import { makeProgram, type Output, plan, type Program } from "@hamlet/core";
import {
  add,
  div,
  type Expr,
  get,
  gradient,
  HamError,
  type Index,
  lit,
  makeIndex,
  makeTensor,
  mul,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { type Engine, engineFor, type RecallEngine, RegisterFile, withEngine } from "@hamlet/ham";
import type { Score, ScoreAndDivergence } from "../score.ts";
import { wavesOf, weightsOf } from "./bound.ts";
import { type DirectionOptions, type Directions, directionsOf } from "./directions.ts";
import type { ScoreModel } from "./model.ts";
import { type Network, network } from "./network.ts";

/** A learned score. Owns what it computes with; the caller disposes it. */
export interface NetworkScore extends Score {
  dispose(): void;
  [Symbol.dispose](): void;
}

/** How the score of a network is computed. */
export interface NetworkScoreOptions extends DirectionOptions {
  /** What it runs on; default as for a training. */
  readonly engine?: RecallEngine;
}

/**
 * The score that a network has learned: compiled code on a processor, else the current backend.
 *
 * The divergence is the trace of the Jacobian by symbolic derivatives: exact up to three
 * coordinates, with one directional derivative for each. Above, it is Hutchinson's estimate
 * `1/P Σ_p v_pᵀ J v_p` with random signs `v_p`, which are the same at all points and times.
 *
 * Hutchinson, A stochastic estimator of the trace of the influence matrix, 1990.
 *
 * @throws HamError `diffusion/probes`; `core/disposed` when it is used after `dispose`;
 * `diffusion/bad-shape` for points and times that do not fit; `ham/no-engine`.
 */
export function networkScore(model: ScoreModel, options: NetworkScoreOptions = {}): NetworkScore {
  const directions = directionsOf(model.shape.width, options);
  const { name } = engineFor(options.engine);
  return withEngine(name, (engine): NetworkScore => new LearnedScore(engine, model, directions));
}

const [SCORE, DIVERGENCE] = ["score", "divergence"];

class LearnedScore<Value, Given> implements NetworkScore {
  readonly width: number;
  readonly #engine: Engine<Value, Given>;
  readonly #net: Network;
  readonly #x: Tensor;
  readonly #score: Program<Value, Given>;
  readonly #both: Program<Value, Given>;
  readonly #bound: RegisterFile<Value, Given>;

  constructor(
    engine: Engine<Value, Given>,
    { shape, frequencies, weights }: ScoreModel,
    { vectors, share }: Directions,
  ) {
    this.width = shape.width;
    this.#engine = engine;
    this.#net = network(shape);
    this.#x = makeTensor("x", "given", [this.#net.coordinates]);
    const directions = vectors.map((_, p) =>
      makeTensor(`v${p + 1}`, "data", [this.#net.coordinates]),
    );
    const at = (d: Index) => get(this.#x, [d]);
    const score = scoreOutput(this.#net, at);
    const divergence = divergenceOutput(this.#net, this.#x, { directions, share });
    const { target } = engine;
    this.#score = makeProgram(planned([score]), { target });
    this.#both = makeProgram(planned([score, divergence]), { target });
    this.#bound = new RegisterFile(engine, new Map(), null);
    const known = new Map([
      ...wavesOf(this.#net, frequencies),
      ...weightsOf(this.#net, weights),
      ...directions.map((direction, p) => [direction, vectors[p]] as const),
    ]);
    try {
      const bound = this.#bound.filled(known);
      for (const program of [this.#score, this.#both]) program.bind("load", bound);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  async score(x: Float64Array, t: Float64Array): Promise<Float64Array> {
    const [score] = await this.#run(this.#score, [SCORE], { x, t });
    return score;
  }

  async scoreAndDivergence(x: Float64Array, t: Float64Array): Promise<ScoreAndDivergence> {
    const [score, divergence] = await this.#run(this.#both, [SCORE, DIVERGENCE], { x, t });
    return { score, divergence };
  }

  async #run(
    program: Program<Value, Given>,
    names: readonly string[],
    { x, t }: { readonly x: Float64Array; readonly t: Float64Array },
  ): Promise<Float64Array[]> {
    const batch = t.length;
    if (x.length !== batch * this.width) {
      throw new HamError(
        "diffusion/bad-shape",
        `A score of ${this.width} coordinates: expected ${batch * this.width} numbers for ${batch} times, found ${x.length}. Pass points [n, ${this.width}] and one time for each.`,
        { width: this.width, times: batch, numbers: x.length },
      );
    }
    if (batch === 0) return names.map(() => new Float64Array(0));
    const engine = this.#engine;
    const owned: Value[] = [];
    const own = (value: Value): Value => {
      owned.push(value);
      return value;
    };
    try {
      const inputs = new Map([
        [this.#x, own(engine.make(x, [batch, this.width], this.#x))],
        [this.#net.t, own(engine.make(t, [batch], this.#net.t))],
      ]);
      const results = program.step(inputs, { batch });
      owned.push(...results.values());
      const found = await engine.read(names.map((name) => results.get(name)!));
      return found.map((entries) => new Float64Array(entries));
    } finally {
      for (const value of owned) engine.target.free(value);
    }
  }

  dispose(): void {
    this.#score.dispose();
    this.#both.dispose();
    this.#bound.free();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function planned(outputs: readonly Output[]) {
  return plan(outputs, {
    leaf: ({ kind }) =>
      kind === "given" ? { stage: "step", batched: true } : { stage: "load", batched: false },
  });
}

/** `s_i(x, t)`. */
function scoreOutput(net: Network, x: (at: Index) => Expr): Output {
  const i = makeIndex("i", net.coordinates);
  return {
    name: SCORE,
    value: div(net.scaled(x)(i), net.deviation),
    indices: [i],
    batched: true,
  };
}

/** `share Σ_p Σ_j v_pj ∂/∂x_j Σ_i v_pi s_i(x, t)`. */
function divergenceOutput(
  net: Network,
  x: Tensor,
  { directions, share }: { readonly directions: readonly Tensor[]; readonly share: number },
): Output {
  const [i, j] = ["i", "j"].map((name) => makeIndex(name, net.coordinates));
  const scaled = net.scaled((at) => get(x, [at]))(i);
  const along = directions.map((v) => {
    const slope = gradient(sum([i], mul(get(v, [i]), scaled)), x, [j]);
    return sum([j], mul(get(v, [j]), slope));
  });
  const value = div(mul(lit(share), add(...along)), net.deviation);
  return { name: DIVERGENCE, value, indices: [], batched: true };
}
