/*
 * Compares arrays of numbers by relative error, and says where they differ most.
 */

/** How errors are measured. */
export interface ErrorOptions {
  /**
   * Expected values smaller than this are compared as if they were this large, so that numbers
   * near zero do not make every error infinite; default 1e-6.
   */
  floor?: number;
}

/** How close two arrays must be. */
export interface CloseOptions extends ErrorOptions {
  /** The largest accepted relative error. */
  tolerance: number;
  /** What is compared, to begin the message with; default "values". */
  what?: string;
}

/** The largest error of a comparison and where it is. */
interface Worst {
  error: number;
  index: number;
}

/**
 * The largest `|actual − expected| / max(|expected|, floor)`.
 *
 * Equal infinities and a NaN where one is expected count as no error; any other infinity or NaN
 * as an infinite one.
 * @throws Error when the lengths differ.
 */
export function maxRelativeError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  options: ErrorOptions = {},
): number {
  return worst(actual, expected, options).error;
}

/**
 * Checks that two arrays are close.
 *
 * @throws Error with the worst index and both values there, or both lengths.
 * @example
 * expectClose(await x.data(), [1, 2], { tolerance: TOLERANCES.cpu.exp });
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { tolerance, floor, what = "values" }: CloseOptions,
): void {
  const { error, index } = worst(actual, expected, floor === undefined ? {} : { floor });
  if (error <= tolerance) return;
  throw new Error(
    `${what} differ most at index ${index} of ${expected.length}: expected ${expected[index]}, ` +
      `found ${actual[index]}, a relative error of ${error.toPrecision(3)} where ${tolerance} is allowed.`,
  );
}

function worst(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { floor = 1e-6 }: ErrorOptions,
): Worst {
  if (actual.length !== expected.length) {
    throw new Error(`Expected ${expected.length} values, found ${actual.length}.`);
  }
  let result: Worst = { error: 0, index: 0 };
  for (let index = 0; index < expected.length; index++) {
    const error = relativeError(actual[index], expected[index], floor);
    if (error > result.error) result = { error, index };
  }
  return result;
}

function relativeError(actual: number, expected: number, floor: number): number {
  if (actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))) return 0;
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), floor);
  return Number.isNaN(error) ? Infinity : error;
}
