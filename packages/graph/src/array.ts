// Numbers with a shape, as they are handed from package to package, and the check on those that a
// caller hands in.

import { HamError } from "./error.ts";

/** Numbers in row-major order; the empty shape has one. An array of a file is one. */
export interface NumberArray<
  Data extends ArrayLike<number> = ArrayLike<number>,
  Shape extends readonly number[] = readonly number[],
> {
  readonly shape: Shape;
  readonly data: Data;
}

/** A matrix: one item a row. */
export type Matrix<Data extends ArrayLike<number> = Float64Array> = NumberArray<
  Data,
  readonly [rows: number, columns: number]
>;

/**
 * Checks that an array is a matrix with at least one entry, all of them finite, and that its rows
 * have the expected length where there is one.
 *
 * @throws HamError `graph/bad-shape`, `graph/empty-array` or `graph/not-finite`.
 */
export function assertMatrix(
  name: string,
  { shape, data }: NumberArray,
  { width }: { readonly width?: number } = {},
): void {
  if (shape.length !== 2 || shape[0] * shape[1] !== data.length) {
    throw new HamError(
      "graph/bad-shape",
      `${name}: expected a matrix, one row for each item, found the shape [${shape.join(", ")}] ` +
        `and ${data.length} numbers. Pass { shape: [rows, columns], data }.`,
      { name, shape, numbers: data.length },
    );
  }
  if (data.length === 0) {
    throw new HamError(
      "graph/empty-array",
      `${name}: expected at least one row with at least one number, found the shape ` +
        `[${shape.join(", ")}]. Pass at least one item.`,
      { name, shape },
    );
  }
  const at = firstNotFinite(data);
  if (at >= 0) {
    const [row, column] = [Math.floor(at / shape[1]), at % shape[1]];
    throw new HamError(
      "graph/not-finite",
      `${name}: expected finite numbers, found ${data[at]} in row ${row}, column ${column}. ` +
        "Leave that row out, or mend the data it comes from.",
      { name, row, column },
    );
  }
  if (width === undefined || shape[1] === width) return;
  throw new HamError(
    "graph/bad-shape",
    `${name}: expected rows of ${width} numbers, as what they meet has, found rows of ${shape[1]}. ` +
      "Pass rows of the same length.",
    { name, expected: width, found: shape[1] },
  );
}

/** The place of the first number that is not finite, or −1; a plain loop is four times as fast. */
function firstNotFinite(data: ArrayLike<number>): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}
