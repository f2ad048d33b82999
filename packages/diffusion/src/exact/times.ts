// The two times at which the way back from noise to data decides something.

import { type Key, key as keyOf, normal, randint, split } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { assertPoints, type Points } from "../data/points.ts";
import { type Noise, noiseDeviation } from "../noise.ts";
import { makeAttention } from "./attention.ts";
import { principalAxes } from "./covariance.ts";
import { inverseTemperatureAt } from "./inverse-temperature.ts";

/**
 * The speciation time: on the way back, samples decide here which part of the data they belong to.
 *
 * It is where the curvature of the energy along the widest direction of the data changes its sign
 * at their mean: `σ² t_S = Λ`, the largest eigenvalue of the covariance of the patterns. (The paper
 * has `e^(2t) = Λ` for data that shrink while noise is added; seen from the data, that is noise of
 * variance `e^(2t) − 1`, which is Λ when Λ is large.) A time above 1 lies before the process begins.
 * @throws HamError as `assertPoints`.
 * @see Biroli, Bonnaire, de Bortoli and Mézard, Dynamical regimes of diffusion models, Nature
 * Communications 2024, arXiv:2402.18491.
 */
export function speciationTime(patterns: Points, { sigma }: Noise): number {
  assertPoints("patterns", patterns);
  return (principalAxes(patterns).variances[0] ?? 0) / sigma ** 2;
}

export interface CollapseOptions {
  readonly noise: Noise;
  /** K: how many patterns are learned. */
  readonly count: number;
  /** Noisy points over which entropies are averaged; default 1000. */
  readonly draws?: number;
  readonly key?: Key;
}

/** Where a collapse is looked for, in factors of e from the speciation time, and how often this halves. */
const BRACKET = [-24, 4];
const HALVINGS = 12;

/**
 * The collapse time: on the way back, samples fall here onto one of the K patterns.
 *
 * It is where the entropy of the noisy data is what K Gaussians would have that do not overlap,
 * `h(p_t) = log K + N/2 log(2πe σ²t)`: with more noise their sum looks like the population the
 * patterns were drawn from, with less it is one of them at a time. The population stands for
 * itself by many more points of it than K. The paper's closed form for a normal population of
 * variance λ in N dimensions is `σ² t_C = λ / (K^(2/N) − 1)`.
 * @param population - `[M, N]`, the more the better; at least 2K.
 * @throws HamError `diffusion/population` unless `2 ≤ K ≤ M/2`; as `assertPoints`.
 * @see Biroli, Bonnaire, de Bortoli and Mézard, arXiv:2402.18491.
 */
export function collapseTime(population: Points, options: CollapseOptions): number {
  const { noise, count, draws = 1000, key = keyOf(0) } = options;
  assertPoints("population", population);
  assertPopulation(population.shape[0], count);
  const informationAt = makeInformation(population, noise, { draws, key });
  const scale = speciationTime(population, noise);
  // How much more a noisy point says than which of K patterns it came from.
  const excessAt = (place: number) => informationAt(scale * Math.exp(place)) - Math.log(count);
  let [low, high] = BRACKET.map((place: number) => ({ place, excess: excessAt(place) }));
  if (!(low.excess > 0)) throw tooFewDistinct(count);
  for (let halving = 0; halving < HALVINGS; halving++) {
    const place = (low.place + high.place) / 2;
    const middle = { place, excess: excessAt(place) };
    if (middle.excess > 0) low = middle;
    else high = middle;
  }
  const part = low.excess / (low.excess - high.excess);
  return scale * Math.exp(low.place + part * (high.place - low.place));
}

/**
 * `h(p_t) − N/2 log(2πe σ²t)`, which falls from `log M` to 0: what a noisy point says about the
 * point it came from. The same draws serve all times, so that it falls without jumps.
 */
function makeInformation(
  population: Points,
  noise: Noise,
  { draws, key }: { draws: number; key: Key },
): (t: number) => number {
  const [count, width] = population.shape;
  const [which, where] = split(key);
  const origins = randint(which, draws, 0, count);
  const z = normal(where, [draws, width]);
  const attention = makeAttention(population);
  const x = new Float64Array(width);
  return (t) => {
    const beta = inverseTemperatureAt(noise, t);
    const deviation = noiseDeviation(noise, t);
    let sum = 0;
    for (let i = 0; i < draws; i++) {
      let square = 0;
      for (let d = 0; d < width; d++) {
        const step = z[i * width + d];
        x[d] = population.data[origins[i] * width + d] + deviation * step;
        square += step * step;
      }
      // The entropy of the noise is that of these draws: most of the scatter goes out.
      sum += Math.log(count) - attention(x, 0, beta).logSum - square / 2;
    }
    return sum / draws;
  };
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
