// Which cases of a suite a run takes, where each costs a software renderer a shader and many steps.

import { makeDraws } from "@hamlet/graph";

/** A part of the cases, drawn. */
export interface Choice {
  /** The part of every group of cases, up to 1. */
  readonly share: number;
  readonly seed: number;
  /** Names of cases that are in every run: what was wrong once. */
  readonly always?: readonly string[];
}

export const EVERYTHING: Choice = { share: 1, seed: 0 };

/** A share of every group, drawn, and never none of it, in their order. */
export function chosen<Case>(
  cases: readonly Case[],
  groupOf: (one: Case) => string,
  { share, seed }: Choice,
): Case[] {
  const { uniform } = makeDraws(seed);
  const places = new Map(cases.map((one) => [one, uniform()]));
  const taken = new Set<Case>();
  for (const group of Map.groupBy(cases, groupOf).values()) {
    const drawn = group.toSorted((a, b) => places.get(a)! - places.get(b)!);
    const count = Math.max(1, Math.round(share * group.length));
    for (const one of drawn.slice(0, count)) taken.add(one);
  }
  return cases.filter((one) => taken.has(one));
}
