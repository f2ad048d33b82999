// Params as they are stored: bounded ones without their bound.

import { add, apply, type Expr, lit, mul, neg, sub, type Tensor } from "@hamlet/graph";

/** A start value this close to its bound is moved away from it: the bound itself has no place. */
const CLOSEST = 1e-6;

/** The smallest gap that no backend takes for 0. */
const SMALLEST_NORMAL = 2 ** -126;

/** The nearest number of float32 on one side of a bound. */
function nextTo(value: number, side: 1 | -1): number {
  const limit = Math.fround(value);
  const gap = Math.max(SMALLEST_NORMAL, Math.abs(limit) * 2 ** -23);
  return Math.fround(limit + side * gap);
}

/**
 * The stored number `u` of a value `θ`, entry by entry: `θ = c + softplus(u)` for a param `> c`,
 * `θ = c − softplus(u)` for one `< c`, and `θ = u` without a bound.
 */
export function storedOf({ bound }: Tensor, entries: Float32Array): Float32Array {
  if (bound === null) return entries.slice();
  const side = bound.op.startsWith(">") ? 1 : -1;
  return entries.map((entry) => {
    const gap = Math.max(CLOSEST, side * (entry - bound.value));
    // The inverse of softplus; eᵍ − 1 would overflow for a large gap.
    return gap + Math.log(-Math.expm1(-gap));
  });
}

/** The value of a stored param, entry by entry. */
export function valueOf({ bound }: Tensor, stored: Expr): Expr {
  if (bound === null) return stored;
  // Far below 0 the softplus is less than float32 can tell from 0, or add to the bound.
  const gap = apply("softplus", stored);
  const limit = lit(bound.value);
  switch (bound.op) {
    case ">":
      return apply("max", add(gap, limit), lit(nextTo(bound.value, 1)));
    case ">=":
      return add(gap, limit);
    case "<":
      return apply("min", sub(limit, gap), lit(nextTo(bound.value, -1)));
    case "<=":
      return sub(limit, gap);
  }
}

/** The slope by the stored number, from the slope by the value. */
export function storedSlope({ bound }: Tensor, stored: Expr, slope: Expr): Expr {
  if (bound === null) return slope;
  const scaled = mul(slope, apply("sigmoid", stored));
  return bound.op.startsWith(">") ? scaled : neg(scaled);
}
