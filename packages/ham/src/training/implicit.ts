// Differentiation of the fixed point itself, however the recall got there.

import type { Minibatch } from "./minibatch.ts";
import { gmres } from "./gmres.ts";
import { type Layers, makeLayers } from "./layers.ts";
import type {
  GradientMethod,
  GradientParts,
  GradientResult,
  LossGradient,
} from "./loss-gradient.ts";
import { RecalledLoss } from "./recalled.ts";

const TOLERANCE = 1e-5;

/**
 * Implicit differentiation. At a fixed point `f(x*, θ) = 0`, so `x*` follows `θ` as
 * `(∂f/∂x) dx* = −(∂f/∂θ) dθ`, and `∂loss/∂θ = (∂f/∂θ)ᵀ λ` with `(∂f/∂x)ᵀ λ = −∂loss/∂x`.
 *
 * One linear system an example, solved by GMRES to `tolerance`; memory does not depend on the
 * number of steps. Units that a clamp holds are no unknowns: they follow their start. Where the
 * recall has not come to rest the result is an approximation, and says for how many examples.
 */
export const implicit: GradientMethod = {
  name: "implicit",
  options: { tolerance: TOLERANCE },
  make: (parts) => new ImplicitGradient(parts),
  references: [
    "Almeida, A learning rule for asynchronous perceptrons with feedback, ICNN 1987",
    "Pineda, Generalization of back-propagation to recurrent neural networks, PRL 59, 1987",
    "Bai, Kolter & Koltun, Deep equilibrium models, NeurIPS 2019, arXiv:1909.01377",
  ],
};

class ImplicitGradient<Value, Given> extends RecalledLoss<Value, Given> implements LossGradient {
  readonly #tolerance: number;
  readonly #slope: Layers;
  readonly #free: Layers;
  readonly #vector: Layers;
  readonly #pulled: Layers;

  constructor(parts: GradientParts<Value, Given>) {
    super(parts);
    this.#tolerance = parts.options.get("tolerance") ?? TOLERANCE;
    const layers = (name: string) => makeLayers(parts.graph, name);
    this.#slope = layers("slope");
    this.#free = layers("free");
    this.#vector = layers("vector");
    this.#pulled = layers("pulled");
  }

  async gradient(minibatch: Minibatch): Promise<GradientResult> {
    const { flow } = this;
    const { batch } = minibatch;
    flow.bind(minibatch);
    this.parts.weights.slopes.clear();
    const unsettled = await this.settle();
    const { pullLoss, findFree, pull, pullAll, pullStart } = this.#calls;
    pullLoss(1);
    const told = await this.told();
    findFree(1);
    const slope = await this.#rows(this.#slope);
    const free = await this.#rows(this.#free);
    const apply = async (vectors: Float64Array) => {
      this.#fill(vectors.map((x, k) => free[k] * x));
      pull(1);
      return (await this.#rows(this.#pulled)).map((x, k) => free[k] * x);
    };
    const rhs = slope.map((x, k) => -free[k] * x);
    const { solution, residuals } = await gmres(apply, rhs, {
      systems: batch,
      tolerance: this.#tolerance,
      turn: flow.turn,
    });
    this.#fill(solution.map((x, k) => free[k] * x));
    pullAll(1);
    const pulled = await this.#rows(this.#pulled);
    this.#fill(pulled.map((x, k) => (1 - free[k]) * (slope[k] + x)));
    pullStart(0);
    const unsolved = residuals.filter((residual) => !(residual <= this.#tolerance)).length;
    return { ...told, scale: 1 / batch, unsettled, unsolved };
  }

  /** All layers of an example in one row. */
  async #rows(layers: Layers): Promise<Float64Array> {
    const { batch } = this.flow;
    const read = await this.flow.read(layers);
    const width = read.reduce((total, { length }) => total + length / batch, 0);
    const rows = new Float64Array(batch * width);
    let from = 0;
    for (const entries of read) {
      const size = entries.length / batch;
      for (let b = 0; b < batch; b++) {
        rows.set(entries.subarray(b * size, (b + 1) * size), b * width + from);
      }
      from += size;
    }
    return rows;
  }

  /** The vectors of all examples, from rows. */
  #fill(rows: Float64Array): void {
    const { batch } = this.flow;
    const width = rows.length / batch;
    let from = 0;
    for (const tensor of this.#vector) {
      const size = this.flow.sizeOf(tensor);
      const entries = new Float64Array(batch * size);
      for (let b = 0; b < batch; b++) {
        entries.set(rows.subarray(b * width + from, b * width + from + size), b * size);
      }
      this.flow.fill(tensor, entries);
      from += size;
    }
  }

  get #calls() {
    return this.flow.wired(this.#slope, () => {
      const { flow, end } = this;
      return {
        pullLoss: flow.pullLoss(end, this.each, this.#slope),
        findFree: flow.free(end, this.#free),
        pull: flow.pullVelocity(end, this.#vector, this.#pulled, { withParams: false }),
        pullAll: flow.pullVelocity(end, this.#vector, this.#pulled),
        pullStart: flow.pullStart(this.#vector),
      };
    });
  }
}
