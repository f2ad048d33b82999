// Backpropagation through the steps of a recall.

import type { Minibatch } from "./minibatch.ts";
import type {
  GradientMethod,
  GradientParts,
  GradientResult,
  LossGradient,
} from "./loss-gradient.ts";
import { RecalledLoss } from "./recalled.ts";

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

class UnrolledGradient<Value, Given> extends RecalledLoss<Value, Given> implements LossGradient {
  readonly #every: number;

  constructor(parts: GradientParts<Value, Given>) {
    super(parts);
    this.#every = parts.options.get("every") ?? Math.ceil(Math.sqrt(this.walker.steps));
  }

  async gradient(minibatch: Minibatch): Promise<GradientResult> {
    this.flow.bind(minibatch);
    this.parts.weights.slopes.clear();
    const steps = await this.walker.walk(this.#every);
    const { pullLoss, pullStart } = this.#calls;
    pullLoss(1);
    const told = await this.told();
    await this.#pullBack(steps);
    pullStart(0);
    return { ...told, scale: 1 / minibatch.batch, unsettled: 0, unsolved: 0 };
  }

  /** From the cotangent of the end to that of the start. */
  async #pullBack(steps: number): Promise<void> {
    const { flow, walker } = this;
    const { states } = walker.stepper;
    const parts = Math.ceil(steps / this.#every);
    for (let part = parts - 1; part >= 0; part--) {
      const from = part * this.#every;
      const count = Math.min(this.#every, steps - from);
      // The states between are computed again, and kept behind all others.
      const placeOf = (i: number) => walker.kept(i === 0 ? part : parts + i);
      flow.copy(placeOf(0), states);
      for (let i = 1; i < count; i++) {
        await flow.turn();
        walker.step(from + i - 1);
        flow.copy(states, placeOf(i));
      }
      for (let i = count - 1; i >= 0; i--) {
        await flow.turn();
        if (i < count - 1) flow.copy(placeOf(i), states);
        walker.stepBack(from + i);
      }
    }
  }

  get #calls() {
    return this.flow.wired(this, () => ({
      pullLoss: this.flow.pullLoss(this.end, this.each, this.walker.stepper.cotangent),
      pullStart: this.flow.pullStart(this.walker.stepper.cotangent),
    }));
  }
}
