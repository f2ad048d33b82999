// The one sum under the exact side: weights of all patterns at one point, without overflow.

import type { Points } from "../data/points.ts";

/** What the patterns say about one point. */
export interface Attention {
  /** `log Σ_μ exp(−β |x − ξ_μ|²)`. */
  readonly logSum: number;
  /** `p_μ = softmax(−β |x − ξ_μ|²)`; used again by the next call. */
  readonly weights: Float64Array;
  /** `m = Σ_μ p_μ ξ_μ`; used again by the next call. */
  readonly mean: Float64Array;
}

/** A weight below `e⁻⁷⁵⁰` of the largest is zero in float64, so its exponential need not be taken. */
const NOTHING = -750;

/** A function that weighs all patterns at row `i` of `x`. */
export function makeAttention({ shape: [count, width], data }: Points) {
  const weights = new Float64Array(count);
  const mean = new Float64Array(width);
  return (x: Float64Array, i: number, beta: number): Attention => {
    const from = i * width;
    let nearest = Infinity;
    for (let mu = 0, at = 0; mu < count; mu++) {
      let distance = 0;
      for (let d = 0; d < width; d++, at++) distance += (x[from + d] - data[at]) ** 2;
      weights[mu] = distance;
      if (distance < nearest) nearest = distance;
    }
    let sum = 0;
    for (let mu = 0; mu < count; mu++) {
      const exponent = beta * (nearest - weights[mu]);
      weights[mu] = exponent > NOTHING ? Math.exp(exponent) : 0;
      sum += weights[mu];
    }
    mean.fill(0);
    for (let mu = 0; mu < count; mu++) {
      const weight = (weights[mu] /= sum);
      if (weight === 0) continue;
      for (let d = 0; d < width; d++) mean[d] += weight * data[mu * width + d];
    }
    return { logSum: Math.log(sum) - beta * nearest, weights, mean };
  };
}

/** `Σ_μ p_μ |ξ_μ − m|²`: how much the patterns that a point attends to disagree. */
export function spreadOf({ shape: [count, width], data }: Points, { weights, mean }: Attention) {
  let spread = 0;
  for (let mu = 0; mu < count; mu++) {
    if (weights[mu] === 0) continue;
    let distance = 0;
    for (let d = 0; d < width; d++) distance += (data[mu * width + d] - mean[d]) ** 2;
    spread += weights[mu] * distance;
  }
  return spread;
}
