import { HamError } from "@hamlet/graph";

/** How many numbers to draw: a count, or a shape whose numbers come back flat in row-major order. */
export type DrawSize = number | readonly number[];

const LARGEST = 2 ** 32;

/**
 * The number of elements of a count or shape; the empty shape holds one.
 *
 * @throws HamError `core/bad-shape` when a dimension is not a whole number ≥ 0, or they hold over 2³².
 */
export function sizeOf(drawer: string, size: DrawSize): number {
  const shape = typeof size === "number" ? [size] : size;
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0) || count > LARGEST) {
    throw new HamError(
      "core/bad-shape",
      `${drawer}: expected a count or a shape of whole numbers ≥ 0, at most 2³² in all, found ${JSON.stringify(size)}. ` +
        "Pass for example 8 or [2, 4].",
      { size },
    );
  }
  return count;
}
