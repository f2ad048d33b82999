// What a kernel memory recalls on average, for any separation function that acts on each score.
//
// For a query that is a stored key with the score s₀ of its own, `v̂ ∝ v₀ + Σⱼ (f(sⱼ)/f(s₀)) vⱼ`, so
// that (v₀, v̂) is Gaussian with the correlation √h, `h = 1/(1 + S)`, `S = Σⱼ (f(sⱼ)/f(s₀))²`. The
// scores of the others are independent given the query. With
// `√h ₂F₁(½, ½; c; h) = π^{−½} ∫ t^{−½} e^{−t} ₁F₁(½; c; t) e^{−tS} dt`, `c = m/2 + 1`, the mean over
// all keys is a mean over one key to the power n − 1 under an integral: no limit is taken.

import { assertSizes, meanCosineFactor, type Sizes } from "./linear.ts";

/** A separation function by its ratio `f(s) / f(s₀)`. */
export type Ratio = (score: number, own: number) => number;

/** Where the keys are drawn from: numbers `N(0, 1)`, or points of the unit sphere. */
export type KeyLaw = "gaussian" | "unit";

/** Points with weights that add up to 1. */
interface Rule {
  readonly points: readonly number[];
  readonly weights: readonly number[];
}

/**
 * The mean cosine similarity between stored Gaussian values and what a kernel memory recalls from
 * their keys, exactly, by three nested quadratures (six digits).
 *
 * @param sizes - n keys of d ≥ 2 numbers and values of m.
 * @param options - the separation function and the law of the keys.
 * @throws HamError `kohonen/bad-size` unless the sizes are whole numbers from 1 up.
 */
export function kernelCosine(
  { d, n, m }: Sizes,
  { ratio, keys }: { readonly ratio: Ratio; readonly keys: KeyLaw },
): number {
  assertSizes({ d, n, m });
  if (n === 1) return 1;
  const lengths = keys === "unit" ? { points: [1], weights: [1] } : lengthRule(d);
  const angles = keys === "unit" ? sphereRule(d) : normalRule();
  const times = timeRule(m);
  let mean = 0;
  lengths.points.forEach((length, i) => {
    const own = length * length;
    const squares = angles.points.map((angle) => ratio(length * angle, own) ** 2);
    times.points.forEach((t, j) => {
      let missing = 0;
      for (let k = 0; k < squares.length; k++) {
        missing -= angles.weights[k] * Math.expm1(-t * squares[k]);
      }
      const others = Math.exp((n - 1) * Math.log1p(-Math.min(1, missing)));
      mean += lengths.weights[i] * times.weights[j] * others;
    });
  });
  return meanCosineFactor(m) * mean;
}

/** The length of d Gaussian numbers: the trapezoidal rule on its density. */
function lengthRule(d: number): Rule {
  const centre = Math.sqrt(d - 0.5);
  const points = Array.from({ length: 27 }, (_, i) => centre + 0.45 * (i - 13)).filter(
    (r) => r > 0,
  );
  return normalised(points, (r) => (d - 1) * Math.log(r) - (r * r) / 2);
}

/** One Gaussian number. */
function normalRule(): Rule {
  const points = Array.from({ length: 451 }, (_, i) => 0.04 * (i - 225));
  return normalised(points, (z) => -(z * z) / 2);
}

/** One coordinate of a point of the unit sphere: the sine of an angle θ with density cos^{d−2} θ. */
function sphereRule(d: number): Rule {
  const angles = Array.from({ length: 1999 }, (_, i) => (Math.PI * (i - 999)) / 2000);
  const { weights } = normalised(angles, (angle) => (d - 2) * Math.log(Math.cos(angle)));
  return { points: angles.map(Math.sin), weights };
}

function normalised(points: readonly number[], logDensity: (x: number) => number): Rule {
  const logs = points.map(logDensity);
  const top = Math.max(...logs);
  const densities = logs.map((log) => Math.exp(log - top));
  const total = densities.reduce((sum, density) => sum + density, 0);
  return { points, weights: densities.map((density) => density / total) };
}

/** `∫ π^{−½} t^{−½} e^{−t} ₁F₁(½; m/2 + 1; t) … dt`, with `t = e^u` in even steps of u. */
function timeRule(m: number): Rule {
  const step = 0.2;
  const all = Array.from({ length: 290 }, (_, i) => Math.exp(step * (i - 244)));
  const weight = (t: number) => step * Math.sqrt(t / Math.PI) * confluent(m / 2 + 1, t);
  const kept = all.map((t) => [t, weight(t)]).filter(([, w]) => w > 1e-13);
  return { points: kept.map(([t]) => t), weights: kept.map(([, w]) => w) };
}

/** `e^{−t} ₁F₁(½; c; t)`, a sum of positive terms. */
function confluent(c: number, t: number): number {
  let sum = 0;
  let log = -t;
  const terms = t + 12 * Math.sqrt(t) + 60;
  for (let k = 0; k < terms; k++) {
    sum += Math.exp(log);
    log += Math.log(((k + 0.5) * t) / ((c + k) * (k + 1)));
  }
  return sum;
}
