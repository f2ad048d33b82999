// Pairs for tests, and plain ways to compare what comes back.

import { foldIn, key, normal } from "@hamlet/core";
import type { Matrix } from "@hamlet/graph";
import type { MatrixLike, Pairs } from "@hamlet/kohonen";
import { Matrix as Dense } from "ml-matrix";

export interface PairSizes {
  readonly n: number;
  readonly d: number;
  readonly m: number;
}

/** Gaussian pairs in float64; the same for the same seed. */
export function randomPairs(
  { n, d, m }: PairSizes,
  seed = 0,
): Pairs & {
  readonly keys: Matrix;
  readonly values: Matrix;
} {
  const draw = (stream: number, columns: number): Matrix => ({
    shape: [n, columns],
    data: Float64Array.from(normal(foldIn(key(seed), stream), [n, columns])),
  });
  return { keys: draw(0, d), values: draw(1, m) };
}

export function toDense({ shape, data }: MatrixLike): Dense {
  return Dense.from1DArray(shape[0], shape[1], [...data]);
}

export function fromDense(matrix: Dense): Matrix {
  return { shape: [matrix.rows, matrix.columns], data: Float64Array.from(matrix.to1DArray()) };
}

/** The largest difference between two arrays. */
export function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((gap, x, i) => Math.max(gap, Math.abs(x - b[i])), 0);
}

/** The code and the message of what a function throws. */
export async function thrownBy(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}\n${message}`;
  }
  return "nothing was thrown";
}
