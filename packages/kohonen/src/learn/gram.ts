// Least squares through the Gram matrix of keys, or of dimensions, whichever is smaller.
//
// A step of the solve is a map from a residual `[n, m]` to a correction of the weights, so that a
// second step refines the first one.

import {
  addProduct,
  cholesky,
  type Cholesky,
  conditionOf,
  type Factor,
  gramProduct,
  solveCholesky,
  transposed,
  zeros,
} from "@hamlet/core/numbers";
import { type Matrix } from "@hamlet/graph";
import type { Work } from "@hamlet/core";
import type { Pairs } from "./pairs.ts";

/** Rows of values that are predicted at a time. */
const CHUNK = 1024;

/** A factored Gram matrix. */
export interface Factored {
  readonly factor: Cholesky;
  /** `λmax / λmin` of the Gram matrix with its ridge: the square of that of the keys. */
  readonly condition: number;
}

/**
 * The Gram matrix of the smaller side, `K Kᵀ` between keys or `Kᵀ K` between dimensions (keys are
 * rows here), with the ridge on its diagonal.
 */
export function* gramMatrix({ keys }: Pairs, ridge: number): Work<Float64Array> {
  const [n, d] = keys.shape;
  const size = Math.min(n, d);
  const factor =
    n < d ? { data: keys.data, row: d, depth: 1 } : { data: keys.data, row: 1, depth: d };
  const gram = yield* gramProduct(factor, { size, depth: Math.max(n, d) });
  for (let i = 0; i < size; i++) gram[i * size + i] += ridge;
  return gram;
}

/** Factors a Gram matrix and says how close to singular it is; null when it is. */
export function* factorGram(gram: Float64Array, size: number): Work<Factored | null> {
  const factor = yield* cholesky(gram.slice(), size);
  if (factor === null) return null;
  return { factor, condition: yield* conditionOf(gram, factor) };
}

/**
 * `W [m, d]` of the least-squares problem; `steps` above 1 correct it by its own residual, each
 * by a factor of about the condition number times 10⁻¹⁶.
 */
export function solveGram(
  pairs: Pairs,
  { factor }: Factored,
  { ridge, steps }: { ridge: number; steps: number },
): Work<Matrix> {
  const [n, d] = pairs.keys.shape;
  return n < d
    ? solveBetweenKeys(pairs, factor, { ridge, steps })
    : solveBetweenDimensions(pairs, factor, { ridge, steps });
}

/** `X = (K Kᵀ + λ)⁻¹ V`, then `W = Xᵀ K`: for fewer keys than dimensions. */
function* solveBetweenKeys(
  { keys, values }: Pairs,
  factor: Cholesky,
  { ridge, steps }: { ridge: number; steps: number },
): Work<Matrix> {
  const [n, d] = keys.shape;
  const m = values.shape[1];
  const weights = zeros(m, d);
  const dual = new Float64Array(steps > 1 ? n * m : 0);
  for (let step = 0; step < steps; step++) {
    const residual = new Float64Array(values.data);
    if (step > 0) {
      const predicted = { data: weights.data, row: d, depth: 1 };
      yield* subtractPredicted(residual, predicted, { keys, m, from: 0, count: n });
      for (let i = 0; i < dual.length; i++) residual[i] -= ridge * dual[i];
    }
    yield* solveCholesky(factor, residual, m);
    for (let i = 0; i < dual.length; i++) dual[i] += residual[i];
    yield* addProduct(
      { data: weights.data, row: d },
      { data: residual, row: 1, depth: m },
      { data: keys.data, row: 1, depth: d },
      { rows: m, columns: d, depth: n },
    );
  }
  return weights;
}

/** `Wᵀ = (Kᵀ K + λ)⁻¹ Kᵀ V`: for at least as many keys as dimensions. */
function* solveBetweenDimensions(
  { keys, values }: Pairs,
  factor: Cholesky,
  { ridge, steps }: { ridge: number; steps: number },
): Work<Matrix> {
  const [n, d] = keys.shape;
  const m = values.shape[1];
  const weights = new Float64Array(d * m);
  for (let step = 0; step < steps; step++) {
    const right = new Float64Array(d * m);
    for (let i = 0; i < right.length; i++) right[i] = -ridge * weights[i];
    for (let from = 0; from < n; from += CHUNK) {
      const count = Math.min(CHUNK, n - from);
      let residual = values.data.subarray(from * m, (from + count) * m);
      if (step > 0) {
        residual = new Float64Array(residual);
        const predicted = { data: weights, row: 1, depth: m };
        yield* subtractPredicted(residual, predicted, { keys, m, from, count });
      }
      yield* addProduct(
        { data: right, row: m },
        { data: keys.data, offset: from * d, row: 1, depth: d },
        { data: residual, row: 1, depth: m },
        { rows: d, columns: m, depth: count },
      );
    }
    yield* solveCholesky(factor, right, m);
    for (let i = 0; i < weights.length; i++) weights[i] += right[i];
  }
  return transposed(weights, d, m);
}

/** Takes the values that weights predict, rows `from` to `from + count`, from a residual. */
function* subtractPredicted(
  residual: Float64Array,
  weights: Factor,
  { keys, m, from, count }: { keys: Pairs["keys"]; m: number; from: number; count: number },
): Work<void> {
  const d = keys.shape[1];
  yield* addProduct(
    { data: residual, row: m },
    { data: keys.data, offset: from * d, row: d, depth: 1 },
    weights,
    { rows: count, columns: m, depth: d, scale: -1 },
  );
}
