// Differentiation of the fixed point itself, however the recall got there.

import * as tf from "@tensorflow/tfjs-core";
import type { Layers } from "./layers.ts";
import type { Minibatch } from "./flow.ts";
import { gmres } from "./gmres.ts";
import type {
  GradientMethod,
  GradientParts,
  GradientResult,
  LossGradient,
} from "./loss-gradient.ts";
import { mean, RecalledLoss } from "./recalled.ts";
import { Sums } from "./sums.ts";

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

class ImplicitGradient extends RecalledLoss implements LossGradient {
  readonly #tolerance: number;

  constructor(parts: GradientParts) {
    super(parts);
    this.#tolerance = parts.options.get("tolerance") ?? TOLERANCE;
  }

  async gradient(minibatch: Minibatch): Promise<GradientResult> {
    this.flow.bind(minibatch);
    const { end, unsettled, dispose } = await this.settle();
    const sums = new Sums();
    const owned: tf.Tensor[] = [];
    try {
      const { loss, slope, free } = tf.tidy(() => {
        const { params, ...found } = this.flow.pullLoss(end);
        sums.add(params);
        return { loss: found.loss, slope: flat(found.states), free: flat(this.flow.free(end)) };
      });
      owned.push(loss, slope, free);
      const pull = (vectors: tf.Tensor) => this.flow.pullVelocity(end, shaped(vectors, end), 1);
      const apply = (vectors: tf.Tensor) =>
        tf.tidy(() => tf.mul(free, flat(pull(tf.mul(free, vectors)).states)));
      const rhs = tf.tidy(() => tf.mul(free, tf.neg(slope)));
      owned.push(rhs);
      const { solution, residuals } = await gmres(apply, rhs, {
        tolerance: this.#tolerance,
        turn: this.flow.turn,
      });
      owned.push(solution);
      tf.tidy(() => {
        const { states, params } = pull(tf.mul(free, solution));
        sums.add(params);
        const held = tf.mul(tf.sub(1, free), tf.add(slope, flat(states)));
        sums.add(this.flow.pullStart(shaped(held, end)));
      });
      const unsolved = residuals.filter((residual) => !(residual <= this.#tolerance)).length;
      const value = await mean(tf.clone(loss));
      const metrics = await this.metrics(end);
      const gradients = sums.take(1 / minibatch.batch);
      return { loss: value, metrics, gradients, unsettled, unsolved };
    } finally {
      dispose();
      sums.dispose();
      tf.dispose(owned);
    }
  }
}

/** All layers of an example in one row: `[B, n]`. */
function flat(layers: Layers): tf.Tensor {
  return tf.concat(
    layers.map((layer) => tf.reshape(layer, [layer.shape[0], -1])),
    1,
  );
}

/** Rows as layers again, in the shapes of `like`. */
function shaped(rows: tf.Tensor, like: Layers): Layers {
  const sizes = like.map((layer) => layer.size / layer.shape[0]);
  return tf.split(rows, sizes, 1).map((part, i) => tf.reshape(part, like[i].shape));
}
