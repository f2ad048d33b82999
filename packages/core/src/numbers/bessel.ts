// Modified Bessel functions of the first kind, divided by e^|x| so that nothing overflows.

/** From here on the terms of the asymptotic series fall below e⁻⁴⁰ before they rise again. */
const FAR = 20;

/**
 * `e^(−|x|) I₀(x)`, to the rounding of float64.
 *
 * Abramowitz and Stegun, 9.6.10 up to |x| = 20 and 9.7.1 beyond.
 */
export function i0e(x: number): number {
  const z = Math.abs(x);
  return z < FAR ? Math.exp(-z) * (1 + series(z, 0)) : asymptotic(z, 0);
}

/** `e^(−|x|) I₁(x)`, as {@link i0e}. */
export function i1e(x: number): number {
  const z = Math.abs(x);
  const value = z < FAR ? Math.exp(-z) * (z / 2) * (1 + series(z, 1)) : asymptotic(z, 1);
  return x < 0 ? -value : value;
}

/** `log I₀(x)`, which grows as |x| and does not overflow. */
export function logI0(x: number): number {
  const z = Math.abs(x);
  return z < FAR ? Math.log1p(series(z, 0)) : z + Math.log(asymptotic(z, 0));
}

/** `I₁(x) / I₀(x)`, the mean cosine of an angle with density `∝ exp(x cos φ)`. */
export function besselRatio(x: number): number {
  return i1e(x) / i0e(x);
}

/** `Σ_{k≥1} (z²/4)^k / (k! (k + order)!)`: all terms are positive, so nothing cancels. */
function series(z: number, order: number): number {
  const quarter = (z * z) / 4;
  let term = 1;
  let sum = 0;
  for (let k = 1; term > Number.EPSILON * 1e-3 * sum; k++) {
    term *= quarter / (k * (k + order));
    sum += term;
  }
  return sum;
}

/** `(2πz)^(−1/2) Σ_k (−1)^k Π_j ((2·order)² − (2j − 1)²) / (k! (8z)^k)`. */
function asymptotic(z: number, order: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; Math.abs(term) > Number.EPSILON * 1e-2; k++) {
    term *= -((2 * order) ** 2 - (2 * k - 1) ** 2) / (k * 8 * z);
    sum += term;
  }
  return sum / Math.sqrt(2 * Math.PI * z);
}
