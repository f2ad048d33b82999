// How many features a wanted accuracy takes.

import { HamError } from "@hamlet/graph";
import type { Patterns } from "../exact.ts";
import { LARGEST_NOISE } from "./error-bar.ts";
import { rowMoments } from "./variance.ts";

/** What the features are wanted for. */
export interface FeaturesForOptions {
  /** The largest mean absolute error of the energy at any of the states. */
  readonly maxError: number;
  /** Entries of a state. */
  readonly D: number;
  readonly beta: number;
  /** What will be stored, or a sample that is like it, `[K, D]`. */
  readonly patterns: Patterns;
  /** Where energies will be asked for, `[B, D]`; default the patterns themselves. */
  readonly states?: ArrayLike<number>;
}

/**
 * The smallest number of rows `Y` with which the mean absolute error of the energy is at most
 * `maxError` at every state: `(2/π) Var z / (β h maxError)²`, and enough for the law to hold.
 *
 * @throws HamError `drdam/bad-setting` unless `maxError` and `beta` are above 0 and the arrays hold
 * whole states.
 * @throws HamError `drdam/out-of-reach` when a state is so far from all patterns that its kernel
 * sum is lost in any number of features.
 * @example
 * const Y = featuresFor({ maxError: 0.01, D: 30, beta: 10, patterns });
 */
export function featuresFor(options: FeaturesForOptions): number {
  const { maxError, D, beta, patterns, states = patterns } = options;
  assertSetting("maxError", maxError > 0 && maxError < Infinity, "a number above 0", maxError);
  assertSetting("beta", beta > 0 && beta < Infinity, "a number above 0", beta);
  assertStates("patterns", patterns, D);
  assertStates("states", states, D);
  const entries = new Float64Array(states);
  let most = 1;
  for (let at = 0; at < entries.length; at += D) {
    const { kernelSum, variance } = rowMoments(entries.subarray(at, at + D), patterns, { beta });
    const forError = ((2 / Math.PI) * variance) / (beta * kernelSum * maxError) ** 2;
    const forLaw = variance / (LARGEST_NOISE * kernelSum) ** 2;
    most = Math.max(most, Math.ceil(forError), Math.floor(forLaw) + 1);
    if (!Number.isSafeInteger(most)) throw outOfReach(at / D, kernelSum);
  }
  return most;
}

function assertStates(name: string, entries: ArrayLike<number>, D: number): void {
  const whole = entries.length > 0 && entries.length % D === 0;
  assertSetting(name, whole, `whole states of D = ${D} numbers`, entries.length);
}

function assertSetting(name: string, holds: boolean, expected: string, found: number): void {
  if (holds) return;
  throw new HamError(
    "drdam/bad-setting",
    `featuresFor: expected ${expected} as "${name}", found ${found}. Change "${name}".`,
    { name, found },
  );
}

function outOfReach(state: number, kernelSum: number): HamError {
  return new HamError(
    "drdam/out-of-reach",
    `featuresFor: state ${state} has the kernel sum ${kernelSum.toPrecision(3)}, too small for any number of features to see. Ask for states nearer to the patterns, or lower beta.`,
    { state, kernelSum },
  );
}
