// x log x: what an entropy is made of. Its factors alone say less than both: it has a floor of −1/e.

import type { Expr } from "../expr/types.ts";
import { type Interval, interval } from "./interval.ts";

/** A factor and its logarithm, where both are among the factors of a product. */
export function entropyIn(factors: readonly Expr[]): readonly [x: Expr, log: Expr] | null {
  for (const log of factors) {
    if (log.kind !== "apply" || log.op !== "log") continue;
    const x = factors.find((factor) => factor !== log && isWrittenLike(factor, log.args[0]));
    if (x !== undefined) return [x, log];
  }
  return null;
}

/** True for two formulas of the same parts in the same order; sums are not looked into. */
function isWrittenLike(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  if (a.kind === "lit" && b.kind === "lit") return a.value === b.value;
  if (a.kind === "get" && b.kind === "get") {
    return a.tensor === b.tensor && a.at.every((index, axis) => index === b.at[axis]);
  }
  if (a.kind !== "apply" || b.kind !== "apply" || a.op !== b.op) return false;
  return a.args.length === b.args.length && a.args.every((arg, k) => isWrittenLike(arg, b.args[k]));
}

/** The range of x log x for x in a range that holds no negative number; it is 0 at 0. */
export function entropyRange({ low, high }: Interval): Interval {
  const at = (x: number) => (x === 0 ? 0 : x * Math.log(x));
  const ends = [at(low), at(high)];
  const lowest = low <= 1 / Math.E && 1 / Math.E <= high ? -1 / Math.E : Math.min(...ends);
  return interval(lowest, Math.max(...ends));
}
