import { axpy } from "./layers.ts";
import { DT, TEMPERATURE } from "./options.ts";
import type { Solver } from "./solver.ts";

/**
 * Overdamped Langevin dynamics by Euler and Maruyama: `x ← x + dt · dx/dt + √(2 T dt / τ) · noise`.
 *
 * For an `identity` layer the states settle to the density `exp(−E / T)`. The noise acts on the
 * internal state, so for other activations it is uneven along `x̂`.
 */
export const langevin: Solver = {
  name: "langevin",
  order: 1,
  options: [DT, TEMPERATURE],
  follows: true,
  noisy: true,
  advance: ({ states, velocity, noise }, { dt, temperature }) => {
    const moved = axpy(states, dt, velocity);
    return { states: axpy(moved, Math.sqrt(2 * temperature * dt), noise) };
  },
  references: [
    "Roberts & Tweedie, Exponential convergence of Langevin distributions, Bernoulli 2, 1996",
  ],
};
