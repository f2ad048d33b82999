// The patterns that a capacity is measured with: random ones, or those of a file.

import { bernoulli, foldIn, key, permutation } from "@hamlet/core";
import type { CapacityPlan } from "./measure.ts";

/** What there is to draw from. */
export interface PatternPool {
  /** Units of a pattern. */
  readonly size: number;
  readonly trials: number;
  readonly seed: number;
  /** `[K, size]` of −1 and +1; null where patterns are random. */
  readonly all: Int8Array | null;
}

/** The sets of each number of patterns; the same pool gives the same, in any thread. */
export function setsOf(pool: PatternPool): CapacityPlan["sets"] {
  return pool.all === null ? randomSets(pool) : fileSets(pool, pool.all);
}

/** Each trial has patterns of its own, so that trials are independent. */
function randomSets({ size, seed, trials }: PatternPool): CapacityPlan["sets"] {
  const draw = (K: number, set: number) =>
    Int8Array.from(
      bernoulli(foldIn(foldIn(key(seed), set), K), 0.5, K * size),
      (bit) => 2 * bit - 1,
    );
  return function* (K) {
    for (let set = 0; set < trials; set++)
      yield { patterns: draw(K, set), tried: [0], fixed: false };
  };
}

/** The patterns of a file are what is asked about: all are tried equally often, in random order. */
function fileSets({ size, seed, trials }: PatternPool, all: Int8Array): CapacityPlan["sets"] {
  return (K) => {
    const order = permutation(foldIn(key(seed), K), K);
    const tried = Array.from({ length: trials }, (_, t) => order[t % K]);
    return [{ patterns: all.subarray(0, K * size), tried, fixed: true }];
  };
}
