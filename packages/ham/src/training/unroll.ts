// Backpropagation through the steps of a recall.

import * as tf from "@tensorflow/tfjs-core";
import type { Layers } from "./layers.ts";
import type { Minibatch } from "./flow.ts";
import type {
  GradientMethod,
  GradientParts,
  GradientResult,
  LossGradient,
} from "./loss-gradient.ts";
import type { Path } from "./path.ts";
import { mean, RecalledLoss, scaled } from "./recalled.ts";
import { retreat } from "./step.ts";
import { movesAt, type Stops } from "./stops.ts";
import { Sums } from "./sums.ts";

/**
 * Backpropagation through the recall: the exact gradient of what the recall computes, whether or
 * not it has come to rest.
 *
 * For `xₜ₊₁ = xₜ + dt f(xₜ, θ)` it is `λₜ = λₜ₊₁ + dt (∂f/∂x)ᵀ λₜ₊₁` from `λ_T = ∂loss/∂x_T`, and
 * `∂loss/∂θ = dt Σₜ (∂f/∂θ)ᵀ λₜ₊₁ + (∂x₀/∂θ)ᵀ λ₀`; Heun's and Runge–Kutta's steps likewise. Of `T`
 * steps every `every`-th state is kept and those between are computed again: memory for
 * `T/every + every` states, least at `√T`, which is the default.
 */
export const unroll: GradientMethod = {
  name: "unroll",
  options: { every: null },
  make: (parts) => new UnrolledGradient(parts),
  references: [
    "Werbos, Backpropagation through time: what it does and how to do it, Proceedings of the IEEE 78, 1990",
    "Griewank & Walther, Algorithm 799: revolve, ACM TOMS 26, 2000",
  ],
};

class UnrolledGradient extends RecalledLoss implements LossGradient {
  readonly #every: number;

  constructor(parts: GradientParts) {
    super(parts);
    this.#every = parts.options.get("every") ?? Math.ceil(Math.sqrt(this.walker.steps));
  }

  async gradient(minibatch: Minibatch): Promise<GradientResult> {
    this.flow.bind(minibatch);
    const path = await this.walker.walk(this.#every);
    const sums = new Sums();
    const owned: tf.Tensor[] = [];
    try {
      const [loss, ...end] = tf.tidy(() => {
        const { loss: each, states, params } = this.flow.pullLoss(path.end);
        sums.add(params);
        return [each, ...states];
      });
      owned.push(loss);
      const start = await this.#pullBack(path, end, sums);
      owned.push(...start);
      tf.tidy(() => sums.add(this.flow.pullStart(start)));
      const value = await mean(tf.clone(loss));
      const metrics = await this.metrics(path.end);
      const gradients = sums.take(1 / minibatch.batch);
      return { loss: value, metrics, gradients, unsettled: 0, unsolved: 0 };
    } finally {
      path.dispose();
      sums.dispose();
      tf.dispose(owned);
    }
  }

  /** The cotangent of the start, the caller's, from that of the end, which is used up. */
  async #pullBack({ kept, steps, stops }: Path, end: Layers, sums: Sums): Promise<Layers> {
    let back = end;
    const states: Layers[] = [];
    try {
      for (let part = kept.length - 1; part >= 0; part--) {
        const from = part * this.#every;
        const count = Math.min(this.#every, steps - from);
        for (let i = 1; i < count; i++) {
          await this.flow.turn();
          states.push(this.walker.step(states.at(-1) ?? kept[part], from + i - 1, stops));
        }
        for (let i = count - 1; i >= 0; i--) {
          await this.flow.turn();
          const own = states.pop();
          const before = back;
          try {
            back = this.#pullStep(own ?? kept[part], from + i, { back, stops, sums });
          } finally {
            tf.dispose([...(own ?? []), ...before]);
          }
        }
      }
      return back;
    } catch (error) {
      tf.dispose([...back]);
      throw error;
    } finally {
      tf.dispose(states.flat());
    }
  }

  #pullStep(
    states: Layers,
    step: number,
    { back, stops, sums }: { back: Layers; stops: Stops | null; sums: Sums },
  ): Layers {
    return tf.tidy(() => {
      const moves = movesAt(step, stops);
      const moving = scaled(back, moves);
      const time = this.walker.timeOf(step);
      const { stepping } = this.walker;
      const pulled = retreat(this.flow, states, { cotangent: moving, time, sums }, stepping);
      if (moves === null) return pulled;
      // Examples that have stopped pass their cotangent on.
      const stays = scaled(back, tf.sub(1, moves));
      return pulled.map((layer, i) => tf.add(layer, stays[i]));
    });
  }
}
