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
import type { Mark, Panel } from "./figure.ts";

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

/** What is swept first. */
export const FIRST: Sweep = { d: 32, method: "pseudo-inverse", seed: 0 };

/** Ways to recall, by their names. */
export const METHODS = ["pseudo-inverse", ...KERNELS.map(({ name }) => name)];

/** Numbers of pairs: 4 to four times the dimensions. */
export function pairsFor(d: number): number[] {
  return Array.from({ length: Math.log2(d) + 1 }, (_, k) => 2 ** (k + 2));
}

/** The closed form for a number of pairs; null where there is none. */
function closedForm({ d, method }: Sweep, n: number): number | null {
  const sizes = { d, n, m: d };
  const kernel = KERNELS.find(({ name }) => name === method);
  if (kernel === undefined) return linearCosine(sizes);
  const { ratio } = kernel;
  return ratio === null ? null : kernelCosine(sizes, { ratio, keys: "gaussian" });
}

/** Measures one number of pairs after the other, with trials enough for an error. */
export async function* sweep(wish: Sweep, signal?: Signal): AsyncGenerator<Swept, void> {
  const { d, method, seed } = wish;
  for (const [k, n] of pairsFor(d).entries()) {
    const { cosine } = await measureRecall({
      d,
      n,
      m: d,
      method: KERNELS.find(({ name }) => name === method) ?? "pseudo-inverse",
      key: foldIn(key(seed), k),
      trials: 8,
      ...(signal !== undefined && { signal }),
    });
    yield { n, ...cosine, expected: closedForm(wish, n) };
  }
}

/** What was measured so far as dots, the closed form as a line. */
export function panelOf(wish: Sweep, swept: readonly Swept[]): Panel {
  const { d, method } = wish;
  const pairs = pairsFor(d);
  const line = pairs.flatMap((n): [number, number][] => {
    const value = closedForm(wish, n);
    return value === null ? [] : [[n, value]];
  });
  const dots: Mark = {
    as: "dots",
    ink: 1,
    points: swept.map(({ n, mean }) => [n, mean]),
    errors: swept.map(({ error }) => error),
  };
  return {
    title: `${method}, d = ${d}`,
    x: {
      label: "stored pairs n (log scale)",
      low: pairs[0] / 1.2,
      high: 1.2 * pairs.at(-1)!,
      log: true,
    },
    y: { label: "mean cosine similarity", low: -0.05, high: 1.05 },
    marks: [...(line.length === 0 ? [] : [{ as: "line" as const, ink: 1, points: line }]), dots],
  };
}
