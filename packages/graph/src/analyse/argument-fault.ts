// What the arguments of a distribution must be. One home for two sides: the checker, which knows
// those that are written, and whoever draws, which knows all.

import type { Bound } from "../expr/types.ts";

/** An argument that a distribution cannot be drawn with. */
export interface ArgumentFault {
  /** Its place among the arguments, and what it is called. */
  readonly place: number;
  readonly name: string;
  readonly value: number;
  /** What it breaks. */
  readonly bound: Bound;
}

/** The argument that not every number can be: from 0, or the one before it, up to `most`. */
interface Rule {
  readonly place: number;
  readonly name: string;
  readonly most: number;
  /** What it is where nothing is said. */
  readonly value: number;
}

const RULES: ReadonlyMap<string, Rule> = new Map([
  ["normal", { place: 1, name: "deviation", most: Infinity, value: 1 }],
  ["uniform", { place: 1, name: "max", most: Infinity, value: 1 }],
  ["bernoulli", { place: 0, name: "p", most: 1, value: 0.5 }],
  ["flip", { place: 1, name: "p", most: 1, value: 0 }],
]);

/**
 * The argument with which there is no such distribution: a negative deviation, a largest value below
 * the smallest, a probability that is none. Null where it can be drawn, and where what decides is not
 * known, which is null in `args`.
 */
export function argumentFault(
  distribution: string,
  args: readonly (number | null | undefined)[],
): ArgumentFault | null {
  const rule = RULES.get(distribution);
  if (rule === undefined) return null;
  const { place, name, most } = rule;
  const { [place]: value = rule.value } = args;
  const least = distribution === "uniform" && args[0] !== undefined ? args[0] : 0;
  if (value === null || least === null || (value >= least && value <= most)) return null;
  const bound: Bound = value > most ? { op: "<=", value: most } : { op: ">=", value: least };
  return { place, name, value, bound };
}
