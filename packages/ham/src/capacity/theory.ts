// What theory says of random patterns: how often a unit of a stored pattern is unstable, and how
// many patterns an energy holds. N units, K patterns of independent −1 and +1.

/**
 * The probability that one unit of a stored pattern is unstable under Hebb's rule, exactly:
 * `P[2B − M < −(N − 1)]` with `B ~ Binomial(M, ½)` and `M = (K − 1)(N − 1)`.
 *
 * The unit feels its own pattern with strength N − 1 and M independent signs from all others.
 */
export function hebbInstability(N: number, K: number): number {
  const M = (K - 1) * (N - 1);
  // 2B − M < −(N − 1)  ⇔  B < (M − N + 1) / 2
  const most = Math.ceil((M - N + 1) / 2) - 1;
  if (most < 0) return 0;
  let term = logChoose(M, most) - M * Math.LN2;
  let total = 0;
  // From the largest term down: each is the one before times b / (M − b + 1).
  for (let b = most; b >= 0; b--) {
    const share = Math.exp(term);
    total += share;
    if (share < 1e-18 * total) break;
    term += Math.log(b / (M - b + 1));
  }
  return total;
}

/**
 * The probability that one unit is unstable under the energy `−Σ_m (ξ_m·v)ⁿ`, in a state that
 * agrees with its pattern in all but a share ρ of the units; for large N the crosstalk is normal:
 *
 *     Q( (1 − 2ρ)ⁿ⁻¹ √(Nⁿ⁻¹ / ((2n − 3)!! K)) ),   Q the upper tail of the normal distribution
 *
 * @see Krotov & Hopfield, Dense associative memory for pattern recognition, NeurIPS 2016.
 */
export function polynomialInstability(
  { N, K }: { readonly N: number; readonly K: number },
  { n, noise = 0 }: { readonly n: number; readonly noise?: number },
): number {
  const signal = (1 - 2 * noise) ** (n - 1);
  return normalTail(signal * Math.sqrt(N ** (n - 1) / (doubleFactorial(2 * n - 3) * K)));
}

/**
 * The patterns that `−Σ_m (ξ_m·v)ⁿ` holds with at most 0.5% of the units unstable:
 * `K = α_n Nⁿ⁻¹`, `α_n = 0.1507 / (2n − 3)!!`.
 *
 * @see Krotov & Hopfield, NeurIPS 2016.
 */
export function polynomialCapacity(N: number, n: number): number {
  return (HALF_PERCENT ** -2 / doubleFactorial(2 * n - 3)) * N ** (n - 1);
}

/** Where the upper tail of the normal distribution is 0.5%. */
const HALF_PERCENT = 2.5758293035489004;

/**
 * The rate α up to which `exp(α N)` patterns under the energy `−Σ_m exp(ξ_m·v)` come back in one
 * synchronous step from a share ρ of flipped units:
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

/** `1 · 3 · 5 · … · k` */
function doubleFactorial(k: number): number {
  let product = 1;
  for (let factor = k; factor > 1; factor -= 2) product *= factor;
  return product;
}

/** `P[X > z]` of a standard normal X, for any z: a series near 0, a continued fraction far out. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let k = 1; term > 1e-17 * sum; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let tail = z;
  for (let k = 60; k >= 1; k--) tail = z + k / tail;
  return density / tail;
}

/** `ln (n choose k)` by Stirling's series of the factorials. */
function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

function logFactorial(n: number): number {
  if (n < 20) {
    let sum = 0;
    for (let k = 2; k <= n; k++) sum += Math.log(k);
    return sum;
  }
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + series;
}
