// Points that are equally far from some patterns and farther from all others. For large β saddles
// and maxima lie next to them, with slopes so steep around that no search from elsewhere arrives.

import { type Key, randint, type Work } from "@hamlet/core";
import { Matrix, solve } from "ml-matrix";
import type { StateVector } from "./landscape.ts";

/** More patterns than this meet only where so many directions lead down that few look for it. */
const MOST = 4;
/** Sets of patterns that are looked at; where there are more, so many random ones. */
const SETS = 3000;
/** Distances that differ by less than this part are equal. */
const EQUAL = 1e-9;

/**
 * Points that are equally far from two to four patterns and farther from all others, in the span of
 * the patterns: for memories with a large β saddles and maxima lie next to them.
 */
export function* equidistantPoints(
  patterns: readonly StateVector[],
  key: Key,
): Work<StateVector[]> {
  const count = patterns.length;
  const most = Math.min(MOST, (patterns[0]?.length ?? 0) + 1, count);
  const points: StateVector[] = [];
  for (const set of setsOf(count, { most, key })) {
    const point = middleOf(patterns, set);
    if (point !== null && isNearestTo(patterns, set, point)) points.push(point);
    yield;
  }
  return points;
}

function setsOf(count: number, { most, key }: { most: number; key: Key }): number[][] {
  let sets = Array.from({ length: count }, (_, mu) => [mu]);
  const all: number[][] = [];
  for (let size = 2; size <= most; size++) {
    // Each set of one size is part of so many of the next, each of which is made once.
    if (all.length + (sets.length * (count - size + 1)) / size > SETS) {
      return randomSets(count, { most, key });
    }
    sets = sets.flatMap((set) => after(set.at(-1)!, count).map((next) => [...set, next]));
    all.push(...sets);
  }
  return all;
}

/** The patterns behind one: sets grow by these, so that none is made twice. */
function after(last: number, count: number): number[] {
  return Array.from({ length: count - 1 - last }, (_, i) => last + 1 + i);
}

function randomSets(count: number, { most, key }: { most: number; key: Key }): number[][] {
  const drawn = randint(key, MOST * SETS, 0, count);
  return Array.from({ length: SETS }, (_, s) => [
    ...new Set(drawn.subarray(MOST * s, MOST * s + 2 + (s % (most - 1)))),
  ]).filter((set) => set.length > 1);
}

/**
 * The point of the set's span that is equally far from all of it, if it lies between them:
 * `x = ξ_0 + Σ_j λ_j (ξ_j − ξ_0)` with `Σ_k ⟨ξ_j − ξ_0, ξ_k − ξ_0⟩ λ_k = ½ |ξ_j − ξ_0|²`.
 */
function middleOf(patterns: readonly StateVector[], set: readonly number[]): StateVector | null {
  const origin = patterns[set[0]];
  const sides = new Matrix(
    set.slice(1).map((mu) => Array.from(patterns[mu], (value, r) => value - origin[r])),
  );
  const gram = sides.mmul(sides.transpose());
  const parts = solve(
    gram,
    Matrix.columnVector(gram.diagonal().map((square) => square / 2)),
    true,
  ).to1DArray();
  const own = 1 - parts.reduce((sum, part) => sum + part, 0);
  if (!(own > 0 && parts.every((part) => part > 0))) return null;
  return origin.map(
    (value, r) => value + parts.reduce((sum, part, j) => sum + part * sides.get(j, r), 0),
  );
}

function isNearestTo(
  patterns: readonly StateVector[],
  set: readonly number[],
  point: StateVector,
): boolean {
  const distance = (pattern: StateVector) =>
    pattern.reduce((sum, value, r) => sum + (value - point[r]) ** 2, 0);
  const own = distance(patterns[set[0]]) * (1 - EQUAL);
  return patterns.every((pattern) => !(distance(pattern) < own));
}
