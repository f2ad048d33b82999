// Matrices as plain arrays.

import type { Matrix } from "@hamlet/graph";

/** A matrix of zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return { shape: [rows, columns], data: new Float64Array(rows * columns) };
}

/** Side of a block that is transposed at a time, so that both sides stay in the cache. */
const SIDE = 16;

/** The matrix `[columns, rows]` of the numbers of its transpose `[rows, columns]`. */
export function transposed(data: Float64Array, rows: number, columns: number): Matrix {
  const result = zeros(columns, rows);
  for (let from = 0; from < rows; from += SIDE) {
    const to = Math.min(rows, from + SIDE);
    for (let j = 0; j < columns; j++) {
      for (let i = from; i < to; i++) result.data[j * rows + i] = data[i * columns + j];
    }
  }
  return result;
}
