// The function of an energy Σ F(x) as a table: overlaps only take values on a lattice.

import { type Dim, makeClosures, type Tensor } from "@hamlet/graph";
import type { PackedPatterns, TwoValues } from "./packed-patterns.ts";
import type { OverlapSum } from "./overlap-sum.ts";

/** `F` at the points `origin + step · j`. */
export interface Lattice {
  readonly origin: number;
  readonly step: number;
  readonly values: Float64Array;
}

/**
 * Tabulates the function of an energy over all overlaps that states can have, and one step beyond
 * on either side. Null where overlaps do not share a lattice, or F is not finite on it.
 */
export function tabulate(
  { body, entry }: OverlapSum,
  { count, units, size, positive }: PackedPatterns,
  { low, high }: TwoValues,
  space: {
    readonly sizes: ReadonlyMap<Dim, number>;
    readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
  },
): Lattice | null {
  const step = size * (high - low);
  // With all units low, an overlap is low · size · (positive − negative entries).
  const lowest = (k: number) => low * size * (2 * positive[k] - units);
  const first = lowest(0);
  for (let k = 1; k < count; k++) {
    if (!Number.isInteger((lowest(k) - first) / step)) return null;
  }
  const reach = size * units * Math.max(Math.abs(low), Math.abs(high)) + step;
  const below = Math.ceil((first + reach) / step);
  const above = Math.ceil((reach - first) / step);
  const origin = first - below * step;
  const at = [0];
  const tensors = new Map<Tensor, ArrayLike<number>>(space.tensors).set(entry, at);
  const valueOf = makeClosures({ sizes: space.sizes, tensors }).compile(body);
  const values = new Float64Array(below + above + 1);
  for (let j = 0; j < values.length; j++) {
    at[0] = origin + step * j;
    values[j] = valueOf();
    if (!Number.isFinite(values[j])) return null;
  }
  return { origin, step, values };
}
