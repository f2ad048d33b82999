// The linear associator: the matrix that maps every key nearest to its value.

import { addProduct, transposed, zeros } from "@hamlet/core/numbers";
import { assertMatrix, type Matrix } from "@hamlet/graph";
import { inTurns, makeTurn, type StopOptions, type Work } from "@hamlet/core";
import { factorGram, gramMatrix, solveGram } from "./gram.ts";
import { assertPairs, assertRidge, type Pairs, type MatrixLike } from "./pairs.ts";
import { solveSingular } from "./singular.ts";
import type { Solution } from "./solution.ts";

/** How a linear memory learns. */
export interface LinearOptions extends StopOptions {
  /** The weight λ of the penalty `λ‖W‖²`, in units of a squared key; default 0. */
  readonly ridge?: number;
}

/** A linear memory: `v̂ = W k`. Plain data. */
export interface LinearMemory {
  /** `W [m, d]`. */
  readonly weights: Matrix;
  readonly solution: Solution;
}

/** Up to this condition number of the Gram matrix a plain solve is right to ten digits. */
const PLAIN = 1e6;
/** Up to this one a corrected solve is. */
const REFINED = 1e13;

/**
 * Stores pairs in the matrix `W = V K⁺` that minimises `Σ ‖vᵢ − W kᵢ‖²` (with a ridge, plus
 * `λ‖W‖²`); among several minimisers, the smallest.
 *
 * For up to d linearly independent keys every value is recalled exactly. The work is
 * `n d (d + m) + d³/3` multiplications where keys outnumber dimensions, and `K⁺` is never formed.
 * @param pairs - n keys of d numbers and n values of m numbers, one pair a row.
 * @returns the weights, and how they were found; `solution.warning` is a sentence where the keys
 * are singular or nearly so.
 * @throws HamError `graph/bad-shape`, `graph/empty-array`, `graph/not-finite`,
 * `kohonen/count-mismatch`, `kohonen/zero-keys` or `kohonen/bad-ridge`.
 * @see Kohonen and Ruohonen (1973), Representation of associated data by matrix operators.
 * @example
 * const memory = await learnLinear({ keys, values });
 * const recalled = await recallLinear(memory, keys);
 */
export async function learnLinear(
  pairs: Pairs,
  { ridge = 0, signal }: LinearOptions = {},
): Promise<LinearMemory> {
  assertPairs(pairs);
  assertRidge(ridge);
  return await inTurns(learned(pairs, ridge), makeTurn(signal));
}

function* learned(pairs: Pairs, ridge: number): Work<LinearMemory> {
  const [n, d] = pairs.keys.shape;
  const size = Math.min(n, d);
  const factored = yield* factorGram(yield* gramMatrix(pairs, ridge), size);
  const m = pairs.values.shape[1];
  if (factored === null || factored.condition > REFINED) {
    const { weights, solution } = yield* solveSingular(pairs, ridge);
    return { weights: transposed(weights, d, m), solution };
  }
  const plain = factored.condition <= PLAIN;
  const weights = yield* solveGram(pairs, factored, { ridge, steps: plain ? 1 : 3 });
  return {
    weights,
    solution: {
      method: plain ? "cholesky" : "refined",
      rank: size,
      condition: Math.sqrt(factored.condition),
      warning: null,
    },
  };
}

/**
 * The values that a linear memory recalls: `v̂ = W k` for every query k.
 *
 * @param queries - `[q, d]`, one a row.
 * @returns `[q, m]`.
 * @throws HamError `graph/bad-shape`, `graph/empty-array` or `graph/not-finite`.
 */
export async function recallLinear(
  { weights }: LinearMemory,
  queries: MatrixLike,
  { signal }: StopOptions = {},
): Promise<Matrix> {
  const [m, d] = weights.shape;
  assertMatrix("queries", queries, { width: d });
  const count = queries.shape[0];
  const recalled = zeros(count, m);
  const product = addProduct(
    { data: recalled.data, row: m },
    { data: queries.data, row: d, depth: 1 },
    { data: weights.data, row: d, depth: 1 },
    { rows: count, columns: m, depth: d },
  );
  await inTurns(product, makeTurn(signal));
  return recalled;
}
