// The logarithm of the gamma function.

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/**
 * `ln Γ(x)` for x > 0, to a relative 10⁻¹⁴.
 *
 * @see Lanczos (1964), A precision approximation of the gamma function.
 */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const base = y + 7.5;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (y + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(base) - base + Math.log(sum);
}

/** `Γ(a) / Γ(b)`. */
export function gammaRatio(a: number, b: number): number {
  return Math.exp(logGamma(a) - logGamma(b));
}
