// What a linear memory needs to know of its pairs: sums, which add up over shards.

import { addProduct, mirrorLower, solveCholesky, transposed, zeros } from "@hamlet/core/numbers";
import { inTurns, makeTurn, type StopOptions, type Work } from "@hamlet/core";
import { EVD, Matrix as Dense } from "ml-matrix";
import { type Matrix, HamError } from "@hamlet/graph";
import { factorGram } from "./gram.ts";
import type { LinearMemory, LinearOptions } from "./linear.ts";
import { assertPairs, assertRidge, type Pairs } from "./pairs.ts";
import { singularWarning } from "./solution.ts";

/**
 * Sums over pairs: `Σ k kᵀ` and `Σ k vᵀ`. Two of them over disjoint pairs add up to that of all, so
 * shards can be summed anywhere and merged in any order. Plain data.
 */
export interface Statistics {
  /** How many pairs were summed. */
  readonly count: number;
  /** `Σ k kᵀ [d, d]`. */
  readonly keyKey: Matrix;
  /** `Σ k vᵀ [d, m]`. */
  readonly keyValue: Matrix;
}

/**
 * The sums over some pairs.
 *
 * @throws HamError as `learnLinear` does.
 */
export async function statisticsOf(
  pairs: Pairs,
  { signal }: StopOptions = {},
): Promise<Statistics> {
  assertPairs(pairs);
  return await inTurns(sumsOf(pairs), makeTurn(signal));
}

function* sumsOf(pairs: Pairs): Work<Statistics> {
  const { keys, values } = pairs;
  const [n, d] = keys.shape;
  const m = values.shape[1];
  const keyKey = zeros(d, d);
  const keyValue = zeros(d, m);
  const key = { data: keys.data, row: 1, depth: d };
  const value = { data: values.data, row: 1, depth: m };
  yield* addProduct({ data: keyKey.data, row: d }, key, key, {
    rows: d,
    columns: d,
    depth: n,
    lower: true,
  });
  mirrorLower(keyKey.data, d);
  yield* addProduct({ data: keyValue.data, row: m }, key, value, { rows: d, columns: m, depth: n });
  return { count: n, keyKey, keyValue };
}

/**
 * The sums over the pairs of both.
 *
 * @throws HamError `kohonen/bad-shape` when the two are of different sizes.
 */
export function mergeStatistics(a: Statistics, b: Statistics): Statistics {
  return combine(a, b, 1);
}

/**
 * The sums without the pairs of `b`, all of which must be among those of `a`.
 *
 * @throws HamError `kohonen/bad-shape` when the two are of different sizes, and
 * `kohonen/not-stored` when `b` holds more pairs than `a`.
 */
export function forgetStatistics(a: Statistics, b: Statistics): Statistics {
  if (b.count > a.count) {
    throw new HamError(
      "kohonen/not-stored",
      `Only pairs that were stored can be forgotten: found ${b.count} to forget, ${a.count} stored.`,
      { stored: a.count, forget: b.count },
    );
  }
  return combine(a, b, -1);
}

function combine(a: Statistics, b: Statistics, sign: 1 | -1): Statistics {
  const shapes = [a, b].map(({ keyValue }) => keyValue.shape);
  if (shapes[0].join() !== shapes[1].join()) {
    throw new HamError(
      "kohonen/bad-shape",
      `Statistics add up only over pairs of one size: found keys of ${shapes[0][0]} numbers with ` +
        `values of ${shapes[0][1]}, and keys of ${shapes[1][0]} with values of ${shapes[1][1]}.`,
      { shapes },
    );
  }
  const sum = (x: Matrix, y: Matrix): Matrix => ({
    shape: x.shape,
    data: x.data.map((entry, i) => entry + sign * y.data[i]),
  });
  return {
    count: a.count + sign * b.count,
    keyKey: sum(a.keyKey, b.keyKey),
    keyValue: sum(a.keyValue, b.keyValue),
  };
}

/** Up to this condition number of `Σ k kᵀ` it is factored as it is. */
const FACTORED = 1e12;

/**
 * The linear memory of summed pairs.
 *
 * Squaring the keys loses half of the digits of what nearly singular keys have in common, and the
 * keys themselves are gone: below `√(d ε) σmax`, about 10⁻⁷ of the largest, a singular value cannot
 * be told from zero. Where keys are nearly singular, `learnLinear` on the pairs is more exact.
 * @throws HamError `kohonen/empty` when nothing is stored, `kohonen/bad-ridge`.
 */
export async function learnFromStatistics(
  statistics: Statistics,
  { ridge = 0, signal }: LinearOptions = {},
): Promise<LinearMemory> {
  assertRidge(ridge);
  if (statistics.count === 0) {
    throw new HamError("kohonen/empty", "There are no pairs to learn. Store at least one.");
  }
  return await inTurns(solved(statistics, ridge), makeTurn(signal));
}

function* solved({ count, keyKey, keyValue }: Statistics, ridge: number): Work<LinearMemory> {
  const [d, m] = keyValue.shape;
  const gram = keyKey.data.slice();
  for (let i = 0; i < d; i++) gram[i * d + i] += ridge;
  const factored = yield* factorGram(gram, d);
  if (factored === null || factored.condition > FACTORED) {
    return yield* learnByEigenvalues(gram, keyValue, Math.min(count, d));
  }
  const weights = keyValue.data.slice();
  yield* solveCholesky(factored.factor, weights, m);
  return {
    weights: transposed(weights, d, m),
    solution: {
      method: "cholesky",
      rank: d,
      condition: Math.sqrt(factored.condition),
      warning: null,
    },
  };
}

function* learnByEigenvalues(
  gram: Float64Array,
  keyValue: Matrix,
  full: number,
): Work<LinearMemory> {
  const [d, m] = keyValue.shape;
  const { realEigenvalues, eigenvectorMatrix } = new EVD(Dense.from1DArray(d, d, gram), {
    assumeSymmetric: true,
  });
  const largest = Math.max(...realEigenvalues);
  const kept = realEigenvalues.map((value) => value > d * Number.EPSILON * largest);
  const vectors = new Float64Array(eigenvectorMatrix.to1DArray());
  const parts = new Float64Array(d * m);
  const square = { rows: d, columns: m, depth: d };
  yield* addProduct(
    { data: parts, row: m },
    { data: vectors, row: 1, depth: d },
    { data: keyValue.data, row: 1, depth: m },
    square,
  );
  for (let i = 0; i < parts.length; i++) {
    const at = Math.floor(i / m);
    parts[i] = kept[at] ? parts[i] / realEigenvalues[at] : 0;
  }
  const weights = new Float64Array(d * m);
  yield* addProduct(
    { data: weights, row: m },
    { data: vectors, row: d, depth: 1 },
    { data: parts, row: 1, depth: m },
    square,
  );
  const rank = kept.filter(Boolean).length;
  const smallest = Math.min(...realEigenvalues.filter((_, i) => kept[i]));
  const condition = rank < full ? Infinity : Math.sqrt(largest / smallest);
  // Fewer keys than dimensions are no defect, only the reason why the sums are singular.
  const warning =
    rank < full || condition > Math.sqrt(FACTORED)
      ? singularWarning({
          condition,
          rank,
          full,
          done: "Eigenvalues of the summed products that rounding hides count as zero.",
        })
      : null;
  return {
    weights: transposed(weights, d, m),
    solution: { method: "eigen", rank, condition, warning },
  };
}
