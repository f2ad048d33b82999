// Householder's orthogonal reduction of a tall system, a block of rows at a time.

import { type Matrix } from "@hamlet/graph";
import type { Work } from "../turn.ts";
import { zeros } from "./matrix.ts";

/** Rows of the system that are worked in at a time, at least. */
const ROWS = 256;

/** `A X ≈ B` reduced to `R X ≈ C` with the same solutions: `A = Q R`, `C = Qᵀ B`. */
export interface Reduced {
  /** Upper triangular, `[columns, columns]`. */
  readonly r: Matrix;
  readonly c: Matrix;
}

/**
 * Reduces a tall system `A X ≈ B` without forming Q; `row(i)` gives row i of `[A | B]`.
 *
 * Backward stable, unlike the normal equations: the condition number of A is not squared.
 */
export function* reduceByQr(
  { rows, columns, targets }: { rows: number; columns: number; targets: number },
  copyRow: (row: number, to: Float64Array, at: number) => void,
): Work<Reduced> {
  const width = columns + targets;
  const block = Math.max(ROWS, columns);
  const work = new Float64Array((columns + block) * width);
  for (let from = 0; from < rows; from += block) {
    const count = Math.min(block, rows - from);
    for (let i = 0; i < count; i++) copyRow(from + i, work, (columns + i) * width);
    yield* triangularise(work, { rows: columns + count, columns, width });
  }
  const r = zeros(columns, columns);
  const c = zeros(columns, targets);
  for (let i = 0; i < columns; i++) {
    r.data.set(work.subarray(i * width + i, i * width + columns), i * columns + i);
    c.data.set(work.subarray(i * width + columns, (i + 1) * width), i * targets);
  }
  return { r, c };
}

/** Reflects the first columns of a row-major matrix to upper triangular form, in place. */
function* triangularise(
  work: Float64Array,
  { rows, columns, width }: { rows: number; columns: number; width: number },
): Work<void> {
  const projection = new Float64Array(width);
  for (let j = 0; j < columns; j++) {
    yield;
    let square = 0;
    for (let i = j + 1; i < rows; i++) square += work[i * width + j] ** 2;
    if (square === 0) continue;
    const head = work[j * width + j];
    const length = Math.sqrt(head * head + square) * (head > 0 ? -1 : 1);
    // v = (head − length, entries below); H = I − 2 v vᵀ / ‖v‖².
    const first = head - length;
    const factor = 2 / (first * first + square);
    work[j * width + j] = first;
    projection.fill(0, j);
    for (let i = j; i < rows; i++) {
      const entry = work[i * width + j];
      if (entry === 0) continue;
      for (let c = j + 1; c < width; c++) projection[c] += entry * work[i * width + c];
    }
    for (let i = j; i < rows; i++) {
      const entry = factor * work[i * width + j];
      if (entry === 0) continue;
      for (let c = j + 1; c < width; c++) work[i * width + c] -= entry * projection[c];
      work[i * width + j] = 0;
    }
    work[j * width + j] = length;
  }
}
