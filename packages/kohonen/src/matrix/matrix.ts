// Matrices as plain arrays, and the checks on those that callers hand in.

import { HamError } from "@hamlet/graph";

/** A matrix in row-major order. What this package returns is float64. */
export interface Matrix {
  readonly shape: readonly [rows: number, columns: number];
  readonly data: Float64Array;
}

/** A matrix that a caller hands in: float32 or float64, row-major; an `ArrayData` of rank 2 is one. */
export interface MatrixLike {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

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

/**
 * Checks that a value is a matrix with at least one entry, all of them finite.
 *
 * @throws HamError `kohonen/bad-shape`, `kohonen/empty` or `kohonen/not-finite`.
 */
export function assertMatrix(name: string, { shape, data }: MatrixLike): void {
  if (shape.length !== 2 || shape[0] * shape[1] !== data.length) {
    throw new HamError(
      "kohonen/bad-shape",
      `${name}: expected a matrix, one row for each item, found the shape [${shape.join(", ")}] ` +
        `and ${data.length} numbers. Pass { shape: [rows, columns], data }.`,
      { name, shape, numbers: data.length },
    );
  }
  if (data.length === 0) {
    throw new HamError(
      "kohonen/empty",
      `${name}: expected at least one row with at least one number, found the shape ` +
        `[${shape.join(", ")}]. Store at least one pair.`,
      { name, shape },
    );
  }
  const at = firstNotFinite(data);
  if (at < 0) return;
  const [row, column] = [Math.floor(at / shape[1]), at % shape[1]];
  throw new HamError(
    "kohonen/not-finite",
    `${name}: expected finite numbers, found ${data[at]} in row ${row}, column ${column}. ` +
      "Leave that row out, or mend the data it comes from.",
    { name, row, column },
  );
}

/** The place of the first number that is not finite, or −1; a plain loop is four times as fast. */
function firstNotFinite(data: Float32Array | Float64Array): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/** Checks that rows have the expected length. */
export function assertWidth(name: string, { shape }: MatrixLike, expected: number): void {
  if (shape[1] === expected) return;
  throw new HamError(
    "kohonen/bad-shape",
    `${name}: expected rows of ${expected} numbers, as the memory has, found rows of ${shape[1]}. ` +
      "Pass rows of the same length as those that were stored.",
    { name, expected, found: shape[1] },
  );
}
