// Points as plain arrays, and the checks on those that callers hand in.

import { type ArrayData, asFloat64 } from "@hamlet/core";
import { HamError } from "@hamlet/graph";

/** `n` points of `width` coordinates, row-major, in float64. */
export interface Points {
  readonly shape: readonly [n: number, width: number];
  readonly data: Float64Array;
}

/** Points of plain rows of numbers. */
export function pointsOf(rows: readonly (readonly number[])[]): Points {
  const width = rows[0]?.length ?? 0;
  const points: Points = { shape: [rows.length, width], data: new Float64Array(rows.flat()) };
  assertPoints("points", points);
  return points;
}

/**
 * The points of an array from a file, as `readArrayFile` of `@hamlet/core` returns it.
 *
 * The first axis counts the points; what is left of the shape becomes one row, so that pictures of
 * 28 by 28 are points of 784 coordinates.
 * @throws HamError `diffusion/bad-shape`, `diffusion/empty` or `diffusion/not-finite`.
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
  assertPoints(name, points);
  return points;
}

/** One point, as a view. */
export function pointAt({ shape, data }: Points, i: number): Float64Array {
  return data.subarray(i * shape[1], (i + 1) * shape[1]);
}

/**
 * Checks that there is at least one point and that all coordinates are finite.
 *
 * @throws HamError `diffusion/bad-shape`, `diffusion/empty` or `diffusion/not-finite`.
 */
export function assertPoints(name: string, { shape, data }: Points): void {
  if (shape.length !== 2 || shape[0] * shape[1] !== data.length) {
    throw new HamError(
      "diffusion/bad-shape",
      `${name}: expected points, one a row, found the shape [${shape.join(", ")}] and ` +
        `${data.length} numbers. Pass { shape: [n, width], data }.`,
      { name, shape, numbers: data.length },
    );
  }
  if (data.length === 0) {
    throw new HamError(
      "diffusion/empty",
      `${name}: expected at least one point with at least one coordinate, found the shape ` +
        `[${shape.join(", ")}].`,
      { name, shape },
    );
  }
  const at = data.findIndex((coordinate) => !Number.isFinite(coordinate));
  if (at < 0) return;
  const [point, coordinate] = [Math.floor(at / shape[1]), at % shape[1]];
  throw new HamError(
    "diffusion/not-finite",
    `${name}: expected finite numbers, found ${data[at]} at coordinate ${coordinate} of point ` +
      `${point}. Leave that point out, or mend the data it comes from.`,
    { name, point, coordinate },
  );
}

/**
 * Checks that points have the width of those they meet.
 *
 * @throws HamError as {@link assertPoints}, and `diffusion/bad-shape` for another width.
 */
export function assertWidth(name: string, points: Points, expected: number): void {
  assertPoints(name, points);
  if (points.shape[1] === expected) return;
  throw new HamError(
    "diffusion/bad-shape",
    `${name}: expected points of ${expected} coordinates, found points of ${points.shape[1]}.`,
    { name, expected, found: points.shape[1] },
  );
}
