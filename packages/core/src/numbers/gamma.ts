// The gamma function, and the χ distribution: the length of a vector of independent standard normal
// numbers.

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** `log Γ(a)` for `a > 0`, by Lanczos' approximation; relative error about 1e-14. */
export function logGamma(a: number): number {
  if (a < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * a)) - logGamma(1 - a);
  const x = a - 1;
  const t = x + 7.5;
  const series = LANCZOS.slice(1).reduce((sum, c, i) => sum + c / (x + i + 1), LANCZOS[0]);
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(series);
}

/** `Γ(a) / Γ(b)`. */
export function gammaRatio(a: number, b: number): number {
  return Math.exp(logGamma(a) - logGamma(b));
}

/**
 * The regularised lower incomplete gamma function `P(a, x)`: its series below the mean, the
 * continued fraction of `1 − P` above.
 */
export function gammaP(a: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? front * series(a, x) : 1 - front * fraction(a, x);
}

const SMALL = 1e-16;

/** `Σ xⁿ / (a (a + 1) … (a + n))`. */
function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * SMALL; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** `1 / (x + 1 − a − 1(1 − a) / (x + 3 − a − …))`, by Lentz's method. */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let n = 1, change = 0; Math.abs(change - 1) > SMALL * 10 && n < 1e6; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    change = c * d;
    value *= change;
  }
  return value;
}

/**
 * The quantile of the χ distribution with `degrees` degrees of freedom: the length that a fraction
 * `p` of standard normal vectors stays below.
 *
 * Starts from the approximation of Wilson and Hilferty (1931) and takes Newton steps.
 */
export function chiQuantile(degrees: number, p: number): number {
  const a = degrees / 2;
  const spread = 2 / (9 * degrees);
  const cube = 1 - spread + normalQuantile(p) * Math.sqrt(spread);
  let x = Math.max(1e-8, (degrees / 2) * cube ** 3);
  const logConstant = logGamma(a);
  for (let step = 0; step < 20; step++) {
    const density = Math.exp((a - 1) * Math.log(x) - x - logConstant);
    const wanted = x - (gammaP(a, x) - p) / density;
    const next = wanted > 0 ? wanted : x / 2;
    const done = Math.abs(next - x) <= 1e-12 * x;
    x = next;
    if (done) break;
  }
  return Math.sqrt(2 * x);
}

/** The normal quantile to about 4.5e-4 (Hastings 1955), where only a start is needed. */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
  const z =
    t -
    (2.515517 + t * (0.802853 + t * 0.010328)) /
      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return p < 0.5 ? -z : z;
}
