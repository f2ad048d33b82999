// How close recalled values are to the stored ones.

import type { MatrixLike } from "./learn/pairs.ts";
import { assertMatrix, type Matrix, HamError } from "@hamlet/graph";

/** A mean over pairs with its standard error. */
export interface Measured {
  readonly mean: number;
  readonly error: number;
}

/** How close rows are. */
export interface Closeness {
  /** Mean of `⟨v, v̂⟩ / (‖v‖ ‖v̂‖)`; 1 is perfect, 0 is chance. */
  readonly cosine: Measured;
  /** Mean of `‖v − v̂‖`. */
  readonly distance: Measured;
}

/** Sums from which `Closeness` follows; those of several chunks add up. Plain data. */
export interface ClosenessSums {
  readonly count: number;
  readonly cosine: number;
  readonly cosineSquared: number;
  readonly distance: number;
  readonly distanceSquared: number;
}

/**
 * Compares each recalled row with the row it should be: mean cosine similarity and mean Euclidean
 * distance, each with its standard error over the rows (NaN for a single one).
 *
 * A row of zeros has the cosine 0 with everything.
 * @throws HamError `graph/bad-shape`, `graph/empty-array` or `graph/not-finite`.
 */
export function compareRows(actual: MatrixLike, recalled: Matrix): Closeness {
  return closenessOf(closenessSums(actual, recalled));
}

/** The sums behind `compareRows`. */
export function closenessSums(actual: MatrixLike, recalled: MatrixLike): ClosenessSums {
  assertMatrix("actual", actual);
  assertMatrix("recalled", recalled, { width: actual.shape[1] });
  const [rows, columns] = actual.shape;
  if (recalled.shape[0] !== rows) {
    throw new HamError(
      "kohonen/count-mismatch",
      `Rows are compared one by one: found ${rows} and ${recalled.shape[0]} of them.`,
      { actual: rows, recalled: recalled.shape[0] },
    );
  }
  let [cosine, cosineSquared, distance, distanceSquared] = [0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    let [product, a, b, gap] = [0, 0, 0, 0];
    for (let at = i * columns; at < (i + 1) * columns; at++) {
      const x = actual.data[at];
      const y = recalled.data[at];
      product += x * y;
      a += x * x;
      b += y * y;
      gap += (x - y) ** 2;
    }
    const similarity = a === 0 || b === 0 ? 0 : product / (Math.sqrt(a) * Math.sqrt(b));
    cosine += similarity;
    cosineSquared += similarity ** 2;
    distance += Math.sqrt(gap);
    distanceSquared += gap;
  }
  return { count: rows, cosine, cosineSquared, distance, distanceSquared };
}

/** The sums over the rows of all. */
export function mergeCloseness(parts: readonly ClosenessSums[]): ClosenessSums {
  const total = (of: (part: ClosenessSums) => number) =>
    parts.reduce((sum, part) => sum + of(part), 0);
  return {
    count: total((part) => part.count),
    cosine: total((part) => part.cosine),
    cosineSquared: total((part) => part.cosineSquared),
    distance: total((part) => part.distance),
    distanceSquared: total((part) => part.distanceSquared),
  };
}

/** Means and standard errors of sums. */
export function closenessOf(sums: ClosenessSums): Closeness {
  const { count, cosine, cosineSquared, distance, distanceSquared } = sums;
  return {
    cosine: fromSums(count, cosine, cosineSquared),
    distance: fromSums(count, distance, distanceSquared),
  };
}

/** The mean of independent numbers with its standard error. */
export function measured(numbers: readonly number[]): Measured {
  const sum = numbers.reduce((total, x) => total + x, 0);
  const squares = numbers.reduce((total, x) => total + x * x, 0);
  return fromSums(numbers.length, sum, squares);
}

function fromSums(count: number, sum: number, squares: number): Measured {
  const mean = sum / count;
  const variance = Math.max(0, (squares - count * mean * mean) / (count - 1));
  return { mean, error: Math.sqrt(variance / count) };
}
