/*
 * What some of the patterns say to queries of a softmax memory, so that all of them need not be in one
 * place: the largest exponent, the sum of exponentials below it, and that sum with the patterns.
 *
 * Two such parts merge without loss: the smaller exponent is brought to the larger (Milakov & Gimelshein,
 * 2018, "Online normalizer calculation for softmax").
 */
import type { Work } from "../turn.ts";
import { addProduct } from "./product.ts";

/** How a pattern is compared with a query `v`: the exponent `s` of its weight. */
export type SoftmaxSimilarity =
  /** `s = β ⟨ξ, v⟩` */
  | "dot"
  /** `s = −½ β |v − ξ|²` */
  | "euclidean";

/** Sums over patterns `ξₘ`, for every query. */
export interface SoftmaxPart {
  /** The largest exponent, `[B]`; −∞ without patterns. */
  readonly largest: Float64Array;
  /** `Σₘ exp(sₘ − largest)`, `[B]`. */
  readonly total: Float64Array;
  /** `Σₘ exp(sₘ − largest) ξₘ`, `[B, D]`. */
  readonly weighted: Float64Array;
}

/** Queries, and how patterns are compared with them. */
export interface SoftmaxQueries {
  /** `[B, D]`, one after the other. */
  readonly queries: Float64Array;
  /** Numbers of a query, `D`. */
  readonly width: number;
  /** The inverse temperature `β`. */
  readonly beta: number;
  readonly similarity: SoftmaxSimilarity;
}

/** The part of no patterns. */
export function emptySoftmaxPart({ queries, width }: SoftmaxQueries): SoftmaxPart {
  const count = queries.length / width;
  return {
    largest: new Float64Array(count).fill(-Infinity),
    total: new Float64Array(count),
    weighted: new Float64Array(queries.length),
  };
}

/** Adds patterns `[n, D]` to a part, in place. */
export function* addPatterns(
  part: SoftmaxPart,
  patterns: Float64Array,
  { queries, width, beta, similarity }: SoftmaxQueries,
): Work<void> {
  const [count, n] = [queries.length / width, patterns.length / width];
  const scores = new Float64Array(count * n);
  yield* addProduct(
    { data: scores, row: n },
    { data: queries, row: width, depth: 1 },
    { data: patterns, row: width, depth: 1 },
    { rows: count, columns: n, depth: width, scale: beta },
  );
  if (similarity === "euclidean") {
    const [ofPatterns, ofQueries] = [patterns, queries].map((rows) => squaredNorms(rows, width));
    for (let b = 0; b < count; b++) {
      for (let m = 0; m < n; m++) {
        scores[b * n + m] -= (beta / 2) * (ofPatterns[m] + ofQueries[b]);
      }
    }
  }
  for (let b = 0; b < count; b++) {
    const row = scores.subarray(b * n, (b + 1) * n);
    raise(
      part,
      b,
      row.reduce((a, s) => Math.max(a, s), -Infinity),
    );
    for (let m = 0; m < n; m++) {
      row[m] = Math.exp(row[m] - part.largest[b]);
      part.total[b] += row[m];
    }
    yield;
  }
  yield* addProduct(
    { data: part.weighted, row: width },
    { data: scores, row: n, depth: 1 },
    { data: patterns, row: 1, depth: width },
    { rows: count, columns: width, depth: n },
  );
}

/** Adds what other patterns say, in place. */
export function mergeSoftmaxParts(part: SoftmaxPart, other: SoftmaxPart): void {
  const width = part.weighted.length / part.total.length;
  part.total.forEach((_, b) => {
    if (other.total[b] === 0) return;
    raise(part, b, other.largest[b]);
    const scale = Math.exp(other.largest[b] - part.largest[b]);
    part.total[b] += scale * other.total[b];
    for (let d = b * width; d < (b + 1) * width; d++) {
      part.weighted[d] += scale * other.weighted[d];
    }
  });
}

/** Brings the sums of a query to an exponent that may be larger. */
function raise({ largest, total, weighted }: SoftmaxPart, b: number, exponent: number): void {
  if (exponent <= largest[b]) return;
  const scale = Math.exp(largest[b] - exponent);
  const width = weighted.length / total.length;
  largest[b] = exponent;
  total[b] *= scale;
  for (let d = b * width; d < (b + 1) * width; d++) weighted[d] *= scale;
}

function squaredNorms(rows: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, r) => {
    let norm = 0;
    for (let i = r * width; i < (r + 1) * width; i++) norm += rows[i] ** 2;
    return norm;
  });
}
