import {
  bernoulli,
  type Key,
  normal,
  orthogonalRows,
  type RowOptions,
  StructuredRows,
  uniform,
} from "@hamlet/core";
import { argumentFault, HamError } from "@hamlet/graph";

/** How `args` and a key make numbers. Entries are independent but in rows of features. */
const DISTRIBUTIONS: Readonly<
  Record<string, (key: Key, shape: readonly number[], args: readonly number[]) => Float32Array>
> = {
  normal: (key, shape, [mean = 0, deviation = 1]) =>
    normal(key, shape).map((x) => mean + deviation * x),
  uniform: (key, shape, [min = 0, max = 1]) => uniform(key, shape, { min, max }),
  bernoulli: (key, shape, [p = 0.5]) => new Float32Array(bernoulli(key, p, shape)),
  orthogonal_features: (key, shape) => orthogonalRows(rowsOf(key, shape)),
  structured_features: (key, shape) => new StructuredRows(rowsOf(key, shape)).matrix(),
};

/** The last axis is that of a row. */
function rowsOf(key: Key, shape: readonly number[]): RowOptions {
  const D = shape.at(-1) ?? 1;
  return { D, Y: shape.reduce((a, b) => a * b, 1) / D, key };
}

/** The distributions that `~` knows. */
export const DISTRIBUTION_NAMES: readonly string[] = Object.keys(DISTRIBUTIONS);

/**
 * Throws where a distribution cannot be drawn with these arguments.
 * @param name - what is drawn.
 * @throws HamError `ham/draw-refused`.
 */
export function assertDrawable(
  name: string,
  distribution: string,
  args: readonly (number | undefined)[],
): void {
  const fault = argumentFault(distribution, args);
  if (fault === null) return;
  const { name: argument, value, bound } = fault;
  throw new HamError(
    "ham/draw-refused",
    `"${name}" is drawn from "${distribution}", whose ${argument} must be ${bound.op} ${bound.value}: found ${value}. Give it another number.`,
    { name, argument, value },
  );
}

/**
 * Draws the entries of `name`, row-major over `shape`.
 * @throws HamError `ham/unknown-distribution`, `ham/draw-refused`.
 */
export function drawEntries(
  { name }: { readonly name: string },
  { distribution, args }: { readonly distribution: string; readonly args: readonly number[] },
  shape: readonly number[],
  key: Key,
): Float32Array {
  const make = DISTRIBUTIONS[distribution];
  if (make === undefined) {
    throw new HamError(
      "ham/unknown-distribution",
      `"${distribution}" is not a distribution. Use one of: ${DISTRIBUTION_NAMES.join(", ")}.`,
    );
  }
  assertDrawable(name, distribution, args);
  return make(key, shape, args);
}
