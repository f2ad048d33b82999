// Powers of overlaps, whole or rectified, with K random patterns of N units.

import { normalTail, normalTailQuantile } from "@hamlet/core/numbers";

/** Which power of the overlaps, and how damaged the states are. */
export interface PolynomialOptions {
  /** The order of the power. */
  readonly n: number;
  /** The share ρ of units in which the state disagrees with its pattern; default 0. */
  readonly noise?: number;
  /** Whether negative overlaps count as 0, `relu(ξ_m·v)ⁿ`; default false. */
  readonly rectified?: boolean;
}

/**
 * The probability that one unit is unstable under the energy `−Σ_m (ξ_m·v)ⁿ`, in a state that
 * agrees with its pattern in all but a share ρ of the units; for large N the crosstalk is normal:
 *
 *     Q( (1 − 2ρ)ⁿ⁻¹ √(c Nⁿ⁻¹ / ((2n − 3)!! K)) ),   Q the upper tail of the normal distribution
 *
 * with c = 1. Under the rectified energy `−Σ_m relu(ξ_m·v)ⁿ` half of the patterns are silent, the
 * crosstalk has half of the variance, and c = 2.
 * @see Krotov & Hopfield, Dense associative memory for pattern recognition, NeurIPS 2016.
 */
export function polynomialInstability(
  { N, K }: { readonly N: number; readonly K: number },
  options: PolynomialOptions,
): number {
  return normalTail(signalOf(options) * Math.sqrt(patternsAtOne(N, options) / K));
}

/**
 * The patterns that the energy holds with at most a share `unstable` of the units unstable (default
 * 0.5%): `K = (1 − 2ρ)²ⁿ⁻² c α Nⁿ⁻¹ / (2n − 3)!!` with `α = Q⁻¹(unstable)⁻²`, .1507 by default.
 * @see Krotov & Hopfield, NeurIPS 2016.
 */
export function polynomialCapacity(
  N: number,
  { unstable = 0.005, ...options }: PolynomialOptions & { readonly unstable?: number },
): number {
  const signal = Math.max(0, signalOf(options));
  return (signal ** 2 * patternsAtOne(N, options)) / normalTailQuantile(unstable) ** 2;
}

/** What a state with flipped units feels of its pattern, as a part of what the pattern feels. */
function signalOf({ n, noise = 0, rectified = false }: PolynomialOptions): number {
  const overlap = 1 - 2 * noise;
  return (rectified ? Math.max(0, overlap) : overlap) ** (n - 1);
}

/** The patterns whose crosstalk is as strong as the signal of a whole pattern. */
function patternsAtOne(N: number, { n, rectified = false }: PolynomialOptions): number {
  return ((rectified ? 2 : 1) * N ** (n - 1)) / doubleFactorial(2 * n - 3);
}

/** `1 · 3 · 5 · … · k` */
function doubleFactorial(k: number): number {
  let product = 1;
  for (let factor = k; factor > 1; factor -= 2) product *= factor;
  return product;
}
