// Points as plain arrays, and the checks on those that callers hand in.

import { type ArrayData, asFloat64 } from "@hamlet/core";
import { assertMatrix, HamError, type Matrix } from "@hamlet/graph";

/** `n` points of `width` coordinates, row-major, in float64. */
export type Points = Matrix;

/** Points of plain rows of numbers. */
export function pointsOf(rows: readonly (readonly number[])[]): Points {
  const width = rows[0]?.length ?? 0;
  const points: Points = { shape: [rows.length, width], data: new Float64Array(rows.flat()) };
  assertMatrix("points", points);
  return points;
}

/**
 * The points of an array from a file, as `readArrayFile` of `@hamlet/core` returns it.
 *
 * The first axis counts the points; what is left of the shape becomes one row, so that pictures of
 * 28 by 28 are points of 784 coordinates.
 * @throws HamError `diffusion/bad-shape` for a single number; as `assertMatrix`.
 */
export function pointsFromArray({ shape, data }: ArrayData, name = "patterns"): Points {
  if (shape.length === 0) {
    throw new HamError(
      "diffusion/bad-shape",
      `${name}: expected an array of points, one after another, found a single number.`,
      { name, shape },
    );
  }
  const points: Points = {
    shape: [shape[0], shape.slice(1).reduce((product, size) => product * size, 1)],
    data: asFloat64(data),
  };
  assertMatrix(name, points);
  return points;
}

/** One point, as a view. */
export function pointAt({ shape, data }: Points, i: number): Float64Array {
  return data.subarray(i * shape[1], (i + 1) * shape[1]);
}
