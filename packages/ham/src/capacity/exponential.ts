// Exponentials of overlaps, with exp(αN) random patterns of N units.

/**
 * The rate α up to which `exp(α N)` patterns under the energy `−Σ_m exp(ξ_m·v)` are proven to come
 * back in one synchronous step from a share ρ of flipped units:
 *
 *     α < I(1 − 2ρ) / 2,   I(a) = ½ [(1 + a) ln(1 + a) + (1 − a) ln(1 − a)]
 *
 * @see Demircigil, Heusel, Löwe, Upgang & Vermet, On a model of associative memory with huge
 * storage capacity, J. Stat. Phys. 168, 2017.
 */
export function exponentialRate(noise: number): number {
  const a = 1 - 2 * noise;
  const half = (x: number) => (x === 0 ? 0 : x * Math.log(x));
  return (half(1 + a) + half(1 - a)) / 4;
}

/**
 * The rate α up to which `exp(α N)` patterns under the energy `−1/β ln Σ_m exp(β ξ_m·v)` come back
 * in one synchronous step from a share ρ of flipped units, in a typical large network:
 *
 *     α < max_{0 ≤ θ ≤ 2β} [θ (1 − 2ρ) − ln cosh θ]
 *
 * Each unit compares the signal `exp(βN(1 − 2ρ))` with a sum of `exp(β ξ_m·v)` of random signs,
 * whose square adds up as the partition sum of a random energy model at 2β: `θ < 2β` where the few
 * nearest patterns rule that sum, `θ = 2β` where the many do. Where the patterns are told apart,
 * `β → ∞`, it is `I(1 − 2ρ)`: twice what is proven, see {@link exponentialRate}.
 * @see Lucibello & Mézard, Exponential capacity of dense associative memories, Phys. Rev. Lett. 132,
 * 2024, for the random energy model behind these energies.
 */
export function logSumExpRate(beta: number, noise: number): number {
  const m = 1 - 2 * noise;
  if (m <= 0) return 0;
  const theta = Math.min(2 * beta, Math.atanh(m));
  // ln cosh θ, where cosh would overflow too.
  return theta * m - (theta + Math.log1p(Math.exp(-2 * theta)) - Math.LN2);
}
