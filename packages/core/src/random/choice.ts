import { HamError } from "@hamlet/graph";

import { cumulativeSum } from "./cumulative-sum.ts";
import { logFloat32 } from "./float32.ts";
import { gumbel } from "./gumbel.ts";
import { permutation } from "./permutation.ts";
import { randint } from "./randint.ts";
import { sizeOf } from "./size.ts";
import { uniform } from "./uniform.ts";
import type { Key } from "./key.ts";

/** How indices are chosen. */
export interface ChoiceOptions {
  /** Whether an index may be drawn again; default true. */
  replace?: boolean;
  /** The probability of each index, summing to 1; default all equal. */
  p?: ArrayLike<number>;
}

/**
 * `count` indices from `0 … n − 1`.
 *
 * Equal to `jax.random.choice(key, n, (count,), replace, p)`: whole numbers with replacement, the
 * head of a permutation without, inverted cumulative sums for weights, and the `count` largest
 * `log p + Gumbel` for weights without replacement.
 * @throws HamError `core/bad-range` unless `n ≥ 1` and, without replacement, `count ≤ n`.
 * @throws HamError `core/bad-probability` unless `p` has `n` entries ≥ 0 with a positive sum, and
 * at least `count` positive ones without replacement.
 * @throws HamError `core/bad-shape` unless `count` is a whole number ≥ 0.
 */
export function choice(
  key: Key,
  n: number,
  count: number,
  { replace = true, p }: ChoiceOptions = {},
): Int32Array {
  sizeOf("choice", count);
  if (!Number.isInteger(n) || n < 1 || (!replace && count > n)) {
    throw new HamError(
      "core/bad-range",
      `choice: expected to draw from 1 or more numbers${replace ? "" : `, and at least ${count}`}, ` +
        `found n = ${String(n)}. Draw fewer${replace ? "" : ", or with replacement"}.`,
      { n, count, replace },
    );
  }
  if (p === undefined) {
    return replace ? randint(key, count, 0, n) : permutation(key, n).slice(0, count);
  }
  const weights = weightsOf(p, n, replace ? 1 : count);
  return replace ? drawWeighted(key, weights, count) : drawLargest(key, weights, count);
}

function weightsOf(p: ArrayLike<number>, n: number, needed: number): Float32Array {
  const weights = new Float32Array(p);
  const positive = weights.filter((weight) => weight > 0).length;
  if (
    weights.length !== n ||
    !weights.every((weight) => weight >= 0 && weight < Infinity) ||
    positive < needed
  ) {
    throw new HamError(
      "core/bad-probability",
      `choice: expected ${n} finite probabilities ≥ 0, at least ${needed} of them positive, ` +
        `found ${weights.length} with ${positive} positive. Give one probability per index.`,
      { n, length: weights.length, positive, needed },
    );
  }
  return weights;
}

function drawWeighted(key: Key, weights: Float32Array, count: number): Int32Array {
  const sums = cumulativeSum(weights);
  const total = sums[sums.length - 1];
  return Int32Array.from(uniform(key, count), (u) =>
    firstAtLeast(sums, Math.fround(total * Math.fround(1 - u))),
  );
}

function firstAtLeast(sums: Float32Array, value: number): number {
  let low = 0;
  let high = sums.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function drawLargest(key: Key, weights: Float32Array, count: number): Int32Array {
  const noise = gumbel(key, weights.length);
  const scores = weights.map((weight, i) => noise[i] + logFloat32(weight));
  return Int32Array.from(weights, (_, i) => i)
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, count);
}
