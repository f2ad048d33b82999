// The two times at which the way back from noise to data decides something.

import {
  inTurns,
  type Key,
  key as keyOf,
  makeTurn,
  normal,
  permutation,
  split,
  type StopOptions,
  type Work,
} from "@hamlet/core";
import { assertMatrix, HamError } from "@hamlet/graph";
import { type Points } from "../data/points.ts";
import { type Noise, noiseDeviation } from "../noise.ts";
import { principalAxes } from "./covariance.ts";
import { inverseTemperatureAt } from "./inverse-temperature.ts";

/**
 * The speciation time: on the way back, samples decide here which part of the data they belong to.
 *
 * It is where the curvature of the energy along the widest direction of the data changes its sign
 * at their mean: `σ² t_S = Λ`, the largest eigenvalue of the covariance of the patterns. (The paper
 * has `e^(2t) = Λ` for data that shrink while noise is added; seen from the data, that is noise of
 * variance `e^(2t) − 1`, which is Λ when Λ is large.) A time above 1 lies before the process begins.
 * @throws HamError as `assertMatrix`.
 * @see Biroli, Bonnaire, de Bortoli and Mézard, Dynamical regimes of diffusion models, Nature
 * Communications 2024, arXiv:2402.18491.
 */
export function speciationTime(patterns: Points, { sigma }: Noise): number {
  assertMatrix("patterns", patterns);
  return (principalAxes(patterns).variances[0] ?? 0) / sigma ** 2;
}

/** The noise under which patterns collapse, how many there are, how entropies are averaged, and what stops it. */
export interface CollapseOptions extends StopOptions {
  readonly noise: Noise;
  /** K: how many patterns are learned. */
  readonly count: number;
  /** Noisy points over which entropies are averaged; default 1000. */
  readonly draws?: number;
  readonly key?: Key;
}

/** A collapse time and the ends between which it is believed to be. */
export interface CollapseTime {
  readonly time: number;
  readonly low: number;
  readonly high: number;
}

/** Where a collapse is looked for, in factors of e from the speciation time, and how often this halves. */
const BRACKET = [-24, 4] as const;
const HALVINGS = 16;
/** Standard errors of the draws by which the ends move apart. */
const ERRORS = 2;

/**
 * The collapse time: on the way back, samples fall here onto one of the K patterns.
 *
 * It is where the entropy of the noisy data is what K Gaussians would have that do not overlap,
 * `h(p_t) = log K + N/2 log(2πe σ²t)`: with more noise their sum looks like the population the
 * patterns were drawn from, with less it is one of them at a time. The paper's closed form for a
 * normal population of variance λ in N dimensions is `σ² t_C = λ / (K^(2/N) − 1)`.
 *
 * M independent points stand for the population, so two estimates of its entropy bracket it. With
 * `p̂` the mixture around all M points, `h(p̂)` is too small by `E KL(p̂‖p)`: every point sees itself.
 * Noisy points under the mixture around the other M − 1 have a cross entropy that is too large by
 * `E KL(p‖p̂)`. To first order in 1/M both are half of the same χ² distance, so their mean has an
 * error of order 1/M², and gives `time`; the two estimates, two standard errors further out, give
 * `low` and `high`. Points that are spread evenly, and not drawn, make `time` too late.
 * @param population - `[M, N]`, drawn independently, the more the better; at least 2K.
 * @throws HamError `diffusion/population` unless `2 ≤ K ≤ M/2`; as `assertMatrix`.
 * @see Biroli, Bonnaire, de Bortoli and Mézard, arXiv:2402.18491.
 */
export async function collapseTime(
  population: Points,
  options: CollapseOptions,
): Promise<CollapseTime> {
  return await inTurns(bracketed(population, options), makeTurn(options.signal));
}

function* bracketed(population: Points, options: CollapseOptions): Work<CollapseTime> {
  const { noise, count, draws = 1000, key = keyOf(0) } = options;
  assertMatrix("population", population);
  assertPopulation(population.shape[0], count);
  const informationAt = makeInformation(population, noise, { draws, key });
  const scale = speciationTime(population, noise);
  const least = yield* informationAt(scale * Math.exp(BRACKET[0]));
  if (!(least.withItself > Math.log(count))) {
    throw tooFewDistinct(count);
  }
  // Where a noisy point says no more than which of K patterns it came from.
  const crossing = function* (of: (information: Information) => number): Work<number> {
    let [low, high]: number[] = [...BRACKET];
    for (let halving = 0; halving < HALVINGS; halving++) {
      const middle = (low + high) / 2;
      if (of(yield* informationAt(scale * Math.exp(middle))) > Math.log(count)) low = middle;
      else high = middle;
    }
    return scale * Math.exp((low + high) / 2);
  };
  return {
    time: yield* crossing(({ withItself, byOthers }) => (withItself + byOthers) / 2),
    low: yield* crossing(({ withItself, error }) => withItself - ERRORS * error),
    high: yield* crossing(({ byOthers, error }) => byOthers + ERRORS * error),
  };
}

/** Two estimates of `h(p_t) − N/2 log(2πe σ²t)`: what a noisy point says about its origin. */
interface Information {
  /** By the mixture around all M points; from log M at no noise to 0. Too small. */
  readonly withItself: number;
  /** By the mixture around the other points; from infinity to 0. Too large. */
  readonly byOthers: number;
  /** The standard error of the first; that of the second is alike where it matters. */
  readonly error: number;
}

/** The same draws serve all times, so that the information falls without jumps. */
function makeInformation(
  population: Points,
  noise: Noise,
  { draws, key }: { draws: number; key: Key },
): (t: number) => Work<Information> {
  const [count, width] = population.shape;
  const [which, where] = split(key);
  // By turns, so that chance does not prefer some origins to others.
  const order = permutation(which, count);
  const z = normal(where, [draws, width]);
  const exponents = new Float64Array(count);
  const x = new Float64Array(width);
  const at = function* (t: number): Work<Information> {
    const beta = inverseTemperatureAt(noise, t);
    const deviation = noiseDeviation(noise, t);
    let [withItself, byOthers, squares] = [0, 0, 0];
    for (let i = 0; i < draws; i++) {
      yield;
      const origin = order[i % count];
      let own = 0;
      for (let d = 0; d < width; d++) {
        const step = z[i * width + d];
        x[d] = population.data[origin * width + d] + deviation * step;
        own -= (step * step) / 2;
      }
      // The entropy of the noise is that of these draws: most of the scatter goes out.
      const others = logSumOfOthers(population, { x, beta, origin, exponents });
      const all = Math.max(own, others) + Math.log1p(Math.exp(-Math.abs(own - others)));
      const seen = Math.log(count) - all + own;
      withItself += seen;
      squares += seen * seen;
      byOthers += Math.log(count - 1) - others + own;
    }
    const mean = withItself / draws;
    const variance = Math.max(0, squares / draws - mean * mean);
    // Several draws from one origin are one sight of the population.
    const error = Math.sqrt(variance / Math.min(draws, count));
    return { withItself: mean, byOthers: byOthers / draws, error };
  };
  const known = new Map<number, Information>();
  return function* (t) {
    const information = known.get(t) ?? (yield* at(t));
    known.set(t, information);
    return information;
  };
}

/** `log Σ_{μ ≠ origin} exp(−β |x − ξ_μ|²)`; −∞ only where there is no other point. */
function logSumOfOthers(
  { shape: [count, width], data }: Points,
  here: { x: Float64Array; beta: number; origin: number; exponents: Float64Array },
): number {
  const { x, beta, origin, exponents } = here;
  let most = -Infinity;
  for (let mu = 0, at = 0; mu < count; mu++) {
    let distance = 0;
    for (let d = 0; d < width; d++, at++) distance += (x[d] - data[at]) ** 2;
    exponents[mu] = mu === origin ? -Infinity : -beta * distance;
    if (exponents[mu] > most) most = exponents[mu];
  }
  let sum = 0;
  for (let mu = 0; mu < count; mu++) sum += Math.exp(exponents[mu] - most);
  return most + Math.log(sum);
}

function assertPopulation(size: number, count: number): void {
  if (Number.isSafeInteger(count) && count >= 2 && 2 * count <= size) return;
  throw new HamError(
    "diffusion/population",
    `The collapse of K patterns takes K from 2 up and a population of at least 2K points: found ` +
      `K = ${count} and ${size} points. Draw more points from what the patterns were drawn from.`,
    { count, size },
  );
}

function tooFewDistinct(count: number): HamError {
  return new HamError(
    "diffusion/population",
    `The collapse of K = ${count} patterns takes a population of more than K different points. ` +
      "Many of these are equal.",
    { count },
  );
}
