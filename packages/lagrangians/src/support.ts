// What the sparse Lagrangians share: which units stay on, and where those units lie.

import {
  apply,
  type Expr,
  freshIndex,
  type Index,
  lit,
  mean,
  mul,
  pow,
  sub,
  substituteIndices,
  sum,
} from "@hamlet/graph";

/** The units that are on, as reductions over them need it. */
export interface Support {
  /** A condition on one unit: is it on? */
  readonly on: Expr;
  /** How many are on: k. */
  readonly count: Expr;
  /** Their mean, of z. */
  readonly mean: Expr;
  /** The distance of one unit from that mean, of z. */
  readonly centred: Expr;
}

/**
 * The support of the activation `max(zᵢ − τ, 0)ᵖ` with `z = scale · x`, `scale > 0`, whose threshold
 * τ makes it sum to 1.
 *
 * `Σⱼ max(zⱼ − t, 0)ᵖ` falls with t and is 1 at τ, so unit i is on (`zᵢ > τ`) exactly when
 * `Σⱼ max(zⱼ − zᵢ, 0)ᵖ < 1`: no sorting, no iteration. Every unit is compared with every other,
 * which costs D² for D units. Differences of x are scaled, not x itself, which would round scores
 * that are large and near to each other.
 */
export function supportOf(x: Expr, scale: Expr, over: readonly Index[], power: number): Support {
  const others = over.map(freshIndex);
  const rename = new Map(over.map((index, axis) => [index, others[axis]]));
  const above = apply("relu", sub(substituteIndices(x, rename), x));
  const sums = mul(pow(scale, lit(power)), sum(others, pow(above, lit(power))));
  const on = apply("lt", sums, lit(1));
  const centre = mean(over, x, on);
  return {
    on,
    count: sum(over, lit(1), on),
    mean: mul(scale, centre),
    centred: mul(scale, sub(x, centre)),
  };
}
