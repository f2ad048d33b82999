// x log x: what an entropy is made of. Its factors alone say less than both: it has a floor of −1/e.

import { makeKeys } from "../canonical.ts";
import type { Expr } from "../types.ts";
import { type Interval, interval } from "./interval.ts";

/** A factor and its logarithm, where both are among the factors of a product. */
export function entropyIn(factors: readonly Expr[]): readonly [x: Expr, log: Expr] | null {
  for (const log of factors) {
    if (log.kind !== "apply" || log.op !== "log") continue;
    const [inner] = log.args;
    const key = makeKeys(inner.free);
    const x = factors.find(
      (factor) =>
        factor !== log &&
        factor.free.length === inner.free.length &&
        inner.free.every((index) => factor.free.includes(index)) &&
        key(factor) === key(inner),
    );
    if (x !== undefined) return [x, log];
  }
  return null;
}

/** The range of x log x for x in a range that holds no negative number; it is 0 at 0. */
export function entropyRange({ low, high }: Interval): Interval {
  const at = (x: number) => (x === 0 ? 0 : x * Math.log(x));
  const ends = [at(low), at(high)];
  const lowest = low <= 1 / Math.E && 1 / Math.E <= high ? -1 / Math.E : Math.min(...ends);
  return interval(lowest, Math.max(...ends));
}
