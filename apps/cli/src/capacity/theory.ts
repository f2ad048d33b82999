// What theory expects of random patterns, for the table and the pictures of `ham capacity`.

import {
  exponentialRate,
  hebbInstability,
  polynomialCapacity,
  polynomialInstability,
} from "@hamlet/ham";
import type { CapacityEnergy } from "./model.ts";

/** The storage ratio up to which a classical network retrieves (Amit, Gutfreund & Sompolinsky). */
const CLASSICAL_RATIO = 0.138;

/** The chance that a unit of one of K stored patterns is unstable; null where no formula is known. */
export function expectedInstability(energy: CapacityEnergy, N: number, K: number): number | null {
  switch (energy.name) {
    case "quadratic":
      return hebbInstability(N, K);
    case "polynomial":
      return polynomialInstability({ N, K }, { n: energy.n });
    case "exponential":
      return null;
  }
}

/** How many patterns the energy is expected to hold against this share of flipped units. */
export function expectedLimit(energy: CapacityEnergy, N: number, noise: number): number {
  switch (energy.name) {
    case "quadratic":
      return CLASSICAL_RATIO * N;
    case "polynomial":
      return polynomialCapacity(N, energy.n);
    case "exponential":
      return Math.exp(exponentialRate(noise) * N);
  }
}
