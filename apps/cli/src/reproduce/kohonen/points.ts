// The settings of the sweeps: which memories are measured, and what is expected of each.

import { foldIn, type Key } from "@hamlet/core";
import {
  dotSeparation,
  kernelCosine,
  linearCosine,
  linearDistance,
  reluSeparation,
  type Separation,
  type Sizes,
  softmaxSeparation,
} from "@hamlet/kohonen";

/** The three figures. */
export type Sweep = "distance" | "dimensions" | "methods";

/** One memory to measure. Plain data, so that another thread can be told of it. */
export interface SweepSetting extends Sizes {
  readonly sweep: Sweep;
  readonly method: string;
  readonly key: Key;
  readonly trials: number;
  /** How many keys are asked in each trial. */
  readonly asked: number;
}

export const PSEUDO_INVERSE = "pseudo-inverse";
const KERNELS: readonly Separation[] = [softmaxSeparation(), reluSeparation, dotSeparation];

/** The method of a name; formulas are the user's own. */
export function methodNamed(
  name: string,
  own: Separation | null,
): typeof PSEUDO_INVERSE | Separation {
  if (name === PSEUDO_INVERSE) return name;
  return KERNELS.find((kernel) => kernel.name === name) ?? own!;
}

/** Pairs in a small memory are few, so it is measured several times. */
const PAIRS = 2048;
/** Trials from which a standard error is that between trials. */
const TRIALS = 8;
/** Keys that a kernel memory is asked: its trials differ more than its pairs do. */
const ASKED = 512;

const powers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i));

/** All settings, in the order of the table. */
export function settingsOf({
  key,
  short,
  own,
}: {
  readonly key: Key;
  readonly short: boolean;
  readonly own: Separation | null;
}): SweepSetting[] {
  const largest = short ? 8 : 14;
  const linear = (sweep: Sweep, d: number, n: number) => ({
    sweep,
    method: PSEUDO_INVERSE,
    d,
    n,
    m: d,
    trials: Math.max(1, Math.ceil(PAIRS / n)),
    asked: n,
  });
  const kernel = (method: string, d: number, n: number) => ({
    sweep: "methods" as const,
    method,
    d,
    n,
    m: d,
    trials: Math.max(TRIALS, Math.ceil(PAIRS / n)),
    asked: Math.min(n, ASKED),
  });
  const methods = [...KERNELS.map(({ name }) => name), ...(own === null ? [] : [own.name])];
  const settings = [
    ...powers(2, largest).map((n) => linear("distance", 32, n)),
    ...powers(4, short ? 6 : 10).flatMap((d) =>
      powers(2, short ? 8 : 15).map((n) => linear("dimensions", d, n)),
    ),
    ...powers(2, largest).map((n) => linear("methods", 64, n)),
    ...methods.flatMap((method) => powers(2, largest).map((n) => kernel(method, 64, n))),
  ];
  return settings.map((setting, i) => ({ ...setting, key: foldIn(key, i) }));
}

/** About how many multiplications a setting takes. */
export function workOf({ method, d, n, m, trials, asked }: SweepSetting): number {
  const small = Math.min(n, d);
  const linear = n * small * d + n * d * m + small ** 2 * m + small ** 3;
  const learn = method === PSEUDO_INVERSE ? linear : 0;
  const recall = method === PSEUDO_INVERSE ? asked * d * m : asked * n * (d + m + 30);
  return trials * (learn + recall + 60 * n * (d + m));
}

/** The closed forms for a setting; null where there is none. */
export function expectedOf(
  { method, d, n, m }: SweepSetting,
  own: Separation | null,
): { cosine: number | null; distance: number | null } {
  const sizes = { d, n, m };
  const found = methodNamed(method, own);
  if (found === PSEUDO_INVERSE) {
    return { cosine: linearCosine(sizes), distance: linearDistance(sizes) };
  }
  const { ratio } = found;
  return {
    cosine: ratio === null ? null : kernelCosine(sizes, { ratio, keys: "gaussian" }),
    distance: null,
  };
}
