// How close a factored matrix is to singular.

import { key } from "../random/key.ts";
import { normal } from "../random/normal.ts";
import type { Work } from "../turn.ts";
import { type Cholesky, solveVector } from "./cholesky.ts";

const STEPS = 12;
/** A step that changes the estimate by less is the last. */
const SETTLED = 0.002;

/**
 * The 2-norm condition number `λmax / λmin` of a symmetric positive definite matrix, by power
 * iterations with it and with its factor. A lower bound, right to a few per cent where the extreme
 * eigenvalues stand apart; enough to choose a method by.
 */
export function* conditionOf(matrix: Float64Array, factor: Cholesky): Work<number> {
  const { size } = factor;
  const multiply = (x: Float64Array) => {
    const product = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += matrix[i * size + j] * x[j];
      product[i] = sum;
    }
    return product;
  };
  const divide = (x: Float64Array) => {
    solveVector(factor, x);
    return x;
  };
  const start = new Float64Array(normal(key(0), size));
  return (yield* growth(multiply, start.slice())) * (yield* growth(divide, start));
}

/** The largest eigenvalue of a symmetric map, from a start that is written over. */
function* growth(map: (x: Float64Array) => Float64Array, start: Float64Array): Work<number> {
  let x = start;
  let length = 0;
  for (let step = 0; step <= STEPS; step++) {
    const before = length;
    length = norm(x);
    if (step > 1 && Math.abs(length - before) < SETTLED * length) break;
    for (let i = 0; i < x.length; i++) x[i] /= length;
    if (step < STEPS) x = map(x);
    yield;
  }
  return length;
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
  return Math.sqrt(sum);
}
