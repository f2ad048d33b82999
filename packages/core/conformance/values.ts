// Numbers that break things, and shapes that do.

/** Float32's largest number and its smallest normal one. */
export const LARGEST = 3.4028234663852886e38;
export const SMALLEST = 2 ** -126;

const MAGNITUDES = [
  SMALLEST,
  1e-30,
  1e-10,
  1e-4,
  0.1,
  0.25,
  0.5,
  0.75,
  1,
  1.5,
  2,
  Math.E,
  Math.PI / 2,
  Math.PI,
  5,
  10,
  20,
  50,
  87,
  88.5,
  100,
  1e3,
  1e4,
  1e6,
  1e10,
  1e30,
  LARGEST,
];

/** Zero, both signs of every size, the infinities and no number. */
export const SPECIAL: Float32Array = Float32Array.from([
  0,
  -0,
  ...MAGNITUDES.flatMap((x) => [x, -x]),
  Infinity,
  -Infinity,
  Number.NaN,
]);

/** A few of them, for functions of two arguments: every pair is a check. */
export const FEW: Float32Array = Float32Array.from([
  0,
  -0,
  ...[SMALLEST, 1e-10, 0.5, 1, 2, 3, 100, 1e10, 1e30].flatMap((x) => [x, -x]),
  Infinity,
  -Infinity,
  Number.NaN,
]);

/** Shapes of every rank, with axes of one entry. */
export const SHAPES: readonly (readonly number[])[] = [
  [],
  [1],
  [7],
  [3, 4],
  [1, 5],
  [2, 3, 4],
  [2, 1, 3, 2],
  [2, 3, 1, 2, 2],
  [2, 1, 2, 3, 1, 2],
];

/** A large batch. */
export const LARGE: readonly number[] = [256, 64];

export function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Numbers in [−range, range) without a pattern, the same on every machine. */
export function scattered(count: number, range: number, seed: number): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return range * (2 * (state / 2 ** 32) - 1);
  });
}
