// A network as a score: what samplers and likelihoods ask for, computed on the backend.

import { type Inputs, makeProgram, type Output, plan, type Program } from "@hamlet/core";
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
import * as tf from "@tensorflow/tfjs-core";
import type { Score, ScoreAndDivergence } from "../score.ts";
import { boundWaves, boundWeights } from "./bound.ts";
import { type DirectionOptions, type Directions, directionsOf } from "./directions.ts";
import type { ScoreModel } from "./model.ts";
import { type Network, network } from "./network.ts";

/** A learned score. Owns its tensors; the caller disposes it. */
export interface NetworkScore extends Score {
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * The score that a network has learned, on the current backend.
 *
 * The divergence is the trace of the Jacobian by symbolic derivatives: exact up to three
 * coordinates, with one directional derivative for each. Above, it is Hutchinson's estimate
 * `1/P Σ_p v_pᵀ J v_p` with random signs `v_p`, which are the same at all points and times.
 *
 * Hutchinson, A stochastic estimator of the trace of the influence matrix, 1990.
 *
 * @throws HamError `diffusion/probes`; `core/disposed` when it is used after `dispose`;
 * `diffusion/bad-shape` for points and times that do not fit.
 */
export function networkScore(model: ScoreModel, options: DirectionOptions = {}): NetworkScore {
  return new LearnedScore(model, directionsOf(model.shape.width, options));
}

const [SCORE, DIVERGENCE] = ["score", "divergence"];

class LearnedScore implements NetworkScore {
  readonly width: number;
  readonly #net: Network;
  readonly #x: Tensor;
  readonly #score: Program;
  readonly #both: Program;
  #bound: Inputs = new Map();

  constructor({ shape, frequencies, weights }: ScoreModel, { vectors, share }: Directions) {
    this.width = shape.width;
    this.#net = network(shape);
    this.#x = makeTensor("x", "given", [this.#net.coordinates]);
    const directions = vectors.map((_, p) =>
      makeTensor(`v${p + 1}`, "data", [this.#net.coordinates]),
    );
    const at = (d: Index) => get(this.#x, [d]);
    const score = scoreOutput(this.#net, at);
    const divergence = divergenceOutput(this.#net, this.#x, { directions, share });
    this.#score = makeProgram(planned([score]));
    this.#both = makeProgram(planned([score, divergence]));
    try {
      const waves = boundWaves(this.#net, frequencies);
      this.#bound = waves;
      this.#bound = new Map([...waves, ...boundWeights(this.#net, weights)]);
      const rows = tf.tidy(() => vectors.map((vector) => tf.tensor1d(vector)));
      this.#bound = new Map([
        ...this.#bound,
        ...directions.map((direction, p) => [direction, rows[p]] as const),
      ]);
      for (const program of [this.#score, this.#both]) program.bind("load", this.#bound);
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
    program: Program,
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
    const found = tf.tidy(() => {
      const inputs = new Map([
        [this.#x, tf.tensor(new Float32Array(x), [batch, this.width])],
        [this.#net.t, tf.tensor(new Float32Array(t), [batch])],
      ]);
      const results = program.step(inputs, { batch });
      return names.map((name) => results.get(name)!);
    });
    try {
      return await Promise.all(found.map(async (each) => new Float64Array(await each.data())));
    } finally {
      tf.dispose(found);
    }
  }

  dispose(): void {
    this.#score.dispose();
    this.#both.dispose();
    tf.dispose([...this.#bound.values()]);
    this.#bound = new Map();
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
