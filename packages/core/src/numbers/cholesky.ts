// Cholesky's factorisation G = L Lᵀ of a symmetric positive definite matrix, in blocks.

import type { Work } from "../turn.ts";
import { addProduct } from "./product.ts";

const BLOCK = 32;

/** The factor of a square matrix, in its lower triangle. */
export interface Cholesky {
  readonly size: number;
  readonly factor: Float64Array;
}

/**
 * Factors a symmetric matrix of which the lower triangle is given, in place.
 *
 * @returns null when a pivot is so small that only rounding is left of it: the matrix is singular
 * to working precision.
 */
export function* cholesky(matrix: Float64Array, size: number): Work<Cholesky | null> {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, matrix[i * size + i]);
  const smallest = size * Number.EPSILON * largest;
  for (let from = 0; from < size; from += BLOCK) {
    const to = Math.min(size, from + BLOCK);
    yield* subtractEarlier(matrix, size, from, to);
    yield;
    if (!factorPanel(matrix, size, { from, to, smallest })) return null;
  }
  return { size, factor: matrix };
}

/** Takes what earlier columns explain out of the columns `from` to `to`. */
function* subtractEarlier(
  matrix: Float64Array,
  size: number,
  from: number,
  to: number,
): Work<void> {
  const below = { data: matrix, offset: from * size, row: size, depth: 1 };
  yield* addProduct({ data: matrix, offset: from * size + from, row: size }, below, below, {
    rows: size - from,
    columns: to - from,
    depth: from,
    scale: -1,
  });
}

function factorPanel(
  matrix: Float64Array,
  size: number,
  { from, to, smallest }: { from: number; to: number; smallest: number },
): boolean {
  for (let j = from; j < to; j++) {
    const pivot = matrix[j * size + j] - dot(matrix, j * size, j * size, from, j);
    if (!(pivot > smallest)) return false;
    const root = Math.sqrt(pivot);
    matrix[j * size + j] = root;
    for (let i = j + 1; i < size; i++) {
      const at = i * size + j;
      matrix[at] = (matrix[at] - dot(matrix, i * size, j * size, from, j)) / root;
    }
  }
  return true;
}

function dot(matrix: Float64Array, a: number, b: number, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += matrix[a + k] * matrix[b + k];
  return sum;
}

/** Solves `L Lᵀ X = B` in place; `B` has `columns` columns, row-major. */
export function* solveCholesky(triangle: Cholesky, b: Float64Array, columns: number): Work<void> {
  const rows: Rows = { from: 0, to: triangle.size };
  yield* solveRows(triangle, b, columns, rows, false);
  yield* solveRows(triangle, b, columns, rows, true);
}

/** Rows from one up to another. */
interface Rows {
  readonly from: number;
  readonly to: number;
}

/**
 * `L X = B` between some rows, or, from the last one up, `Lᵀ X = B`: one half of them, what that takes off the
 * other half, and that.
 */
function* solveRows(
  triangle: Cholesky,
  b: Float64Array,
  columns: number,
  { from, to }: Rows,
  isUp: boolean,
): Work<void> {
  const { size, factor } = triangle;
  const [row, depth] = isUp ? [1, size] : [size, 1];
  const half = middle(from, to);
  if (half >= to) {
    for (let n = 0; n < to - from; n++) {
      const i = isUp ? to - 1 - n : from + n;
      const left = { data: factor, offset: i * row, depth };
      subtractRows(b, columns, i, left, isUp ? { from: i + 1, to } : { from, to: i });
      scaleRow(b, columns, i, 1 / factor[i * size + i]);
    }
    return yield;
  }
  const halves: readonly [Rows, Rows] = [
    { from, to: half },
    { from: half, to },
  ];
  const [first, second] = isUp ? halves.toReversed() : halves;
  yield* solveRows(triangle, b, columns, first, isUp);
  yield* addProduct(
    { data: b, offset: second.from * columns, row: columns },
    { data: factor, offset: half * size + from, row, depth },
    { data: b, offset: first.from * columns, row: 1, depth: columns },
    { rows: second.to - second.from, columns, depth: first.to - first.from, scale: -1 },
  );
  yield* solveRows(triangle, b, columns, second, isUp);
}

/** Where rows are halved, between blocks; behind them where they are one block. */
function middle(from: number, to: number): number {
  return from + BLOCK * Math.ceil((to - from) / (2 * BLOCK));
}

/** Takes rows `from` to `to`, each times its entry of `left`, off row i: four at a time. */
function subtractRows(
  b: Float64Array,
  columns: number,
  i: number,
  { data, offset, depth }: { data: Float64Array; offset: number; depth: number },
  { from, to }: { from: number; to: number },
): void {
  const end = (i + 1) * columns;
  let k = from;
  for (; k + 4 <= to; k += 4) {
    const at = offset + k * depth;
    const f0 = data[at];
    const f1 = data[at + depth];
    const f2 = data[at + 2 * depth];
    const f3 = data[at + 3 * depth];
    let p = k * columns;
    for (let j = end - columns; j < end; j++, p++) {
      b[j] -= f0 * b[p] + f1 * b[p + columns] + f2 * b[p + 2 * columns] + f3 * b[p + 3 * columns];
    }
  }
  for (; k < to; k++) {
    const factor = data[offset + k * depth];
    let p = k * columns;
    for (let j = end - columns; j < end; j++, p++) b[j] -= factor * b[p];
  }
}

function scaleRow(b: Float64Array, columns: number, i: number, scale: number): void {
  for (let j = i * columns; j < (i + 1) * columns; j++) b[j] *= scale;
}

/** Solves `L Lᵀ x = b` for one vector, in place. */
export function solveVector({ size, factor }: Cholesky, b: Float64Array): void {
  for (let i = 0; i < size; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= factor[i * size + k] * b[k];
    b[i] = sum / factor[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    const x = b[i] / factor[i * size + i];
    b[i] = x;
    for (let k = 0; k < i; k++) b[k] -= factor[i * size + k] * x;
  }
}
