// How much a memory of random pairs gives back, for more and more pairs: measured, and by its closed form.

import { foldIn, key, type Signal } from "@hamlet/core";
import {
  dotSeparation,
  kernelCosine,
  linearCosine,
  measureRecall,
  reluSeparation,
  softmaxSeparation,
} from "@hamlet/kohonen";

/** What is swept. */
export interface Sweep {
  readonly d: number;
  readonly method: string;
  readonly seed: number;
}

/** What one number of pairs gave. */
export interface Swept {
  readonly n: number;
  readonly mean: number;
  readonly error: number;
  /** By the closed form; null where there is none. */
  readonly expected: number | null;
}

const KERNELS = [softmaxSeparation(), reluSeparation, dotSeparation];

/** Ways to recall, by their names. */
export const METHODS = ["pseudo-inverse", ...KERNELS.map(({ name }) => name)];

/** Numbers of pairs: 4 to four times the dimensions. */
export function pairsFor(d: number): number[] {
  return Array.from({ length: Math.log2(d) + 1 }, (_, k) => 2 ** (k + 2));
}

/** Measures one number of pairs after the other, with trials enough for an error. */
export async function* sweep(
  { d, method, seed }: Sweep,
  signal?: Signal,
): AsyncGenerator<Swept, void> {
  const kernel = KERNELS.find(({ name }) => name === method);
  for (const [k, n] of pairsFor(d).entries()) {
    const { cosine } = await measureRecall({
      d,
      n,
      m: d,
      method: kernel ?? "pseudo-inverse",
      key: foldIn(key(seed), k),
      trials: 8,
      ...(signal !== undefined && { signal }),
    });
    const sizes = { d, n, m: d };
    const ratio = kernel?.ratio;
    const expected =
      ratio === undefined
        ? linearCosine(sizes)
        : ratio === null
          ? null
          : kernelCosine(sizes, { ratio, keys: "gaussian" });
    yield { n, ...cosine, expected };
  }
}
