// How close a factored matrix is to singular.

import { key, normal } from "@hamlet/core";
import { type Cholesky, solveCholesky } from "./cholesky.ts";

const STEPS = 12;

/**
 * The 2-norm condition number `λmax / λmin` of a symmetric positive definite matrix, by power
 * iterations with it and with its factor. A lower bound, right to a few per cent where the extreme
 * eigenvalues stand apart; enough to choose a method by.
 */
export function conditionOf(multiply: (x: Float64Array) => Float64Array, factor: Cholesky): number {
  const inverse = (x: Float64Array) => {
    solveCholesky(factor, x, 1);
    return x;
  };
  return growth(multiply, factor.size) * growth(inverse, factor.size);
}

/** The largest eigenvalue of a symmetric map. */
function growth(map: (x: Float64Array) => Float64Array, size: number): number {
  let x: Float64Array = Float64Array.from(normal(key(0), size));
  let length = norm(x);
  for (let step = 0; step < STEPS; step++) {
    x = map(x.map((entry) => entry / length));
    length = norm(x);
  }
  return length;
}

function norm(x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, entry) => sum + entry * entry, 0));
}
