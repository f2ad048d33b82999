// Infinitely many patterns on a circle: what the exact energy tends to.

import type { Noise } from "../noise.ts";
import { besselRatio, logI0 } from "@hamlet/core/numbers";
import type { ExactScore } from "./exact-score.ts";
import { assertBeta, inverseTemperatureAt } from "./inverse-temperature.ts";

/**
 * `E(R) = R² + 1 − 1/β log I₀(2βR)`: the energy at distance R from the centre of the unit circle
 * when every point of it is a pattern.
 *
 * The limit of `denseMemoryEnergy` with `log K / β` added. With the scaled Bessel function it is
 * right at any β, which is that of `exp(−β |x − ξ|²)`: see `rbfBeta`.
 * @throws HamError `diffusion/beta`.
 * @see Pham et al., arXiv:2505.21777, equation 13.
 */
export function ringEnergy(distance: number, beta: number): number {
  assertBeta(beta);
  return distance * distance + 1 - logI0(2 * beta * distance) / beta;
}

/** `−dE/dR = 2 I₁(2βR)/I₀(2βR) − 2R`: the pull outwards; negative beyond the minimum. */
export function ringForce(distance: number, beta: number): number {
  assertBeta(beta);
  return 2 * (besselRatio(2 * beta * distance) - distance);
}

/**
 * The distance `R* = I₁(2βR*)/I₀(2βR*)` at which the energy is lowest: 0 up to `β = 1`, where the
 * centre is the one minimum, then a ring that grows towards the circle.
 *
 * @throws HamError `diffusion/beta`.
 */
export function ringMinimum(beta: number): number {
  assertBeta(beta);
  if (beta <= 1) return 0;
  let [low, high] = [Number.EPSILON, 1];
  // The bracket halves until no number is left between its ends.
  for (let middle = high / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (ringForce(middle, beta) > 0) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The score of data that fill the unit circle: {@link exactScore} for K → ∞.
 *
 * `log p_t = log(β/π) − β (R² + 1) + log I₀(2βR)` at `β = β_t`. With `ρ = I₁/I₀` at `z = 2βR` the
 * score is `2β(ρ − R)` outwards and its divergence `2β (2β(1 − ρ²) − 2)`.
 * @throws HamError from its methods: `diffusion/time` unless `t > 0`.
 */
export function ringScore(noise: Noise): ExactScore {
  const evaluate = (x: Float64Array, t: Float64Array) => {
    const score = new Float64Array(x.length);
    const divergence = new Float64Array(t.length);
    for (let i = 0; i < t.length; i++) {
      const beta = inverseTemperatureAt(noise, t[i]);
      const distance = Math.hypot(x[2 * i], x[2 * i + 1]);
      const z = 2 * beta * distance;
      const ratio = besselRatio(z);
      // ρ/R tends to β at the centre.
      const pull = 2 * beta * ((z < 1e-8 ? beta : ratio / distance) - 1);
      score[2 * i] = pull * x[2 * i];
      score[2 * i + 1] = pull * x[2 * i + 1];
      divergence[i] = 4 * beta * (beta * (1 - ratio * ratio) - 1);
    }
    return { score, divergence };
  };
  return {
    width: 2,
    score: async (x, t) => evaluate(x, t).score,
    scoreAndDivergence: async (x, t) => evaluate(x, t),
    logDensity(x, t) {
      const beta = inverseTemperatureAt(noise, t);
      return Float64Array.from({ length: x.length / 2 }, (_, i) => {
        const distance = Math.hypot(x[2 * i], x[2 * i + 1]);
        return Math.log(beta / Math.PI) - beta * ringEnergy(distance, beta);
      });
    },
  };
}
