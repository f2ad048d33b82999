// What theory expects of random patterns, for the table and the pictures of `ham capacity`.

import {
  classicalRatio,
  exponentialRate,
  hebbInstability,
  logSumExpRate,
  polynomialCapacity,
  polynomialInstability,
} from "@hamlet/ham";
import type { CapacityEnergy, CapacityRecall } from "./model.ts";

/** The chance that a unit of one of K stored patterns is unstable; null where no formula is known. */
export function expectedInstability(energy: CapacityEnergy, N: number, K: number): number | null {
  switch (energy.name) {
    case "quadratic":
      return hebbInstability(N, K);
    case "polynomial":
    case "rectified":
      return polynomialInstability({ N, K }, orderOf(energy));
    case "exponential":
    case "log-sum-exp":
      return null;
  }
}

export interface LimitOptions {
  readonly noise: number;
  readonly recall: CapacityRecall;
  /** The overlap that counts as restored. */
  readonly overlap: number;
}

/** How many patterns the energy is expected to hold against this share of flipped units. */
export function expectedLimit(energy: CapacityEnergy, N: number, options: LimitOptions): number {
  const { noise, recall, overlap } = options;
  switch (energy.name) {
    case "exponential":
      return Math.exp(exponentialRate(noise) * N);
    case "log-sum-exp":
      return Math.exp(logSumExpRate(energy.beta, noise) * N);
    case "quadratic":
      if (recall === "settle") return classicalRatio(overlap) * N;
      return oneStepLimit(N, overlap, { n: 2, noise });
    case "polynomial":
    case "rectified":
      if (recall === "settle") return polynomialCapacity(N, orderOf(energy));
      return oneStepLimit(N, overlap, { ...orderOf(energy), noise });
  }
}

/** Where the mean overlap after one step, `1 − 2 P[unstable]`, is the one that counts as restored. */
function oneStepLimit(
  N: number,
  overlap: number,
  options: { n: number; noise: number; rectified?: boolean },
): number {
  // An overlap of 1 asks for every unit: half a unit of a pattern may be wrong on average.
  const unstable = Math.max((1 - overlap) / 2, 1 / (2 * N));
  return polynomialCapacity(N, { ...options, unstable });
}

function orderOf(energy: Extract<CapacityEnergy, { readonly n: number }>) {
  return { n: energy.n, rectified: energy.name === "rectified" };
}
