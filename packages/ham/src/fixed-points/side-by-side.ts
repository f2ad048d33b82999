// Searches that take their steps together, since a step of many takes little longer than that of one.

import type { Work } from "@hamlet/core";

/** Searches that run side by side: a step of so many small ones finds its numbers in a near cache. */
export const SIDE_BY_SIDE = 64;

/**
 * Takes rounds of steps until no search is left. `round` takes a step of some, and returns those that go on;
 * others take the places of those that do not.
 */
export function* sideBySide<Search>(
  searches: readonly Search[],
  width: number,
  round: (some: readonly Search[]) => Work<readonly Search[]>,
): Work<void> {
  let left = searches;
  while (left.length > 0) {
    left = [...(yield* round(left.slice(0, width))), ...left.slice(width)];
    yield;
  }
}
