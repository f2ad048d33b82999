import { assertMatrix, HamError } from "@hamlet/graph";
import { type Points } from "../data/points.ts";
import type { Noise } from "../noise.ts";
import { assertEnd } from "../sample/time-steps.ts";
import type { Score } from "../score.ts";
import { dormandPrince, type StepControl, type TriedStep } from "./dormand-prince.ts";

/**
 * Steps shorter than this part of their time share the tolerance no further. Where a valley makes
 * them short their errors are far below it, and rounding of a score in float32 must stay below it.
 */
const FLOOR = 0.03;

/** From which time a likelihood is followed to time 1, how exactly, and the density there. */
export interface LikelihoodOptions extends StepControl {
  readonly noise: Noise;
  /** The time at which the points are taken; default 1e-5. Its noise smooths what is sharp. */
  readonly t?: number;
  /**
   * What the steps may be wrong by together for every factor of e in time, in the log density;
   * default 1e-6.
   */
  readonly tolerance?: number;
  /**
   * `log p_1` of points `[n, width]`. Default `N(0, σ²)`, which is where samplers begin; the
   * mixture that an exact score ends at is its `logDensity(x, 1)`.
   */
  readonly logPrior?: (x: Float64Array) => Float64Array;
}

/**
 * `log p_t` of points, by following the probability flow to the noise:
 * `log p_t(x_t) = log p_1(x_1) − ½ σ² ∫_t^1 ∇·s(x_τ, τ) dτ` along `dx/dτ = −½ σ² s(x, τ)`.
 *
 * Each point has steps of its own, so its number does not depend on the points beside it. A step
 * that is off by `(e_x, e)` in the point and in its sum changes the result by
 * `s·e_x + e + ½ e_xᵀ (∂s/∂x) e_x`, and that is what the tolerance is about: where the density falls
 * into a valley the score is steep, and a point has to be known much better than its coordinates show.
 * @returns `[n]`.
 * @throws HamError `graph/bad-shape`, `diffusion/end`, `diffusion/tolerance`, `diffusion/too-many-steps`.
 * @see Song et al., arXiv:2011.13456, appendix D.2; Chen et al., Neural ordinary differential
 * equations, NeurIPS 2018, arXiv:1806.07366.
 */
export async function logLikelihood(
  score: Score,
  points: Points,
  {
    noise,
    t = 1e-5,
    tolerance = 1e-6,
    logPrior = normalPrior(noise, score.width),
    ...control
  }: LikelihoodOptions,
): Promise<Float64Array> {
  const { width } = score;
  assertMatrix("points", points, { width });
  assertEnd(t);
  assertTolerance(tolerance);
  const gain = -0.5 * noise.sigma ** 2;
  // A row holds a point and what the flow has changed of its log density.
  const flow = async (rows: Float64Array, times: Float64Array) => {
    const here = await score.scoreAndDivergence(places(rows, width), times);
    return joined(here.score, here.divergence, { width, gain });
  };
  const start = joined(points.data, new Float64Array(points.shape[0]), { width });
  const end = await dormandPrince(
    flow,
    { y: start, width: width + 1 },
    {
      ...control,
      from: t,
      to: 1,
      first: t / 100,
      errorOf: (step) =>
        errorOfDensity(step, gain) / (tolerance * Math.max(FLOOR, Math.min(1, step.h / step.t))),
    },
  );
  const prior = logPrior(places(end, width));
  return prior.map((value, i) => value + end[(i + 1) * (width + 1) - 1]);
}

/** What the error of a step does to the log density: the worse of what both ends say. */
function errorOfDensity({ error, slopes }: TriedStep, gain: number): number {
  const width = error.length - 1;
  let square = 0;
  for (let d = 0; d < width; d++) square += error[d] * error[d];
  const errors = slopes.map((slope) => {
    let along = error[width];
    for (let d = 0; d < width; d++) along += (slope[d] / gain) * error[d];
    // The divergence of the score stands for its Jacobian.
    return Math.abs(along) + Math.abs((slope[width] / gain) * square) / 2;
  });
  return Math.max(...errors);
}

/**
 * Energies `−log p` of groups of points, measured from the lowest of all of them.
 *
 * Groups that are to be compared, such as patterns and centres of clusters, go into one call: each
 * measured from its own lowest, all would seem to reach 0.
 */
export function energiesOf(...logLikelihoods: readonly Float64Array[]): Float64Array[] {
  const top = logLikelihoods
    .flatMap((group) => Array.from(group))
    .reduce((most, value) => Math.max(most, value), -Infinity);
  return logLikelihoods.map((group) => group.map((value) => top - value));
}

function assertTolerance(tolerance: number): void {
  if (tolerance > 0 && Number.isFinite(tolerance)) return;
  throw new HamError(
    "diffusion/tolerance",
    `The tolerance must be a number above 0, not ${tolerance}.`,
    { tolerance },
  );
}

function normalPrior({ sigma }: Noise, width: number) {
  const variance = sigma * sigma;
  const constant = (-width / 2) * Math.log(2 * Math.PI * variance);
  return (x: Float64Array) =>
    Float64Array.from({ length: x.length / width }, (_, i) => {
      let square = 0;
      for (let k = i * width; k < (i + 1) * width; k++) square += x[k] * x[k];
      return constant - square / (2 * variance);
    });
}

/** `[n, width + 1]` of points and one number each, times a gain. */
function joined(
  points: Float64Array,
  numbers: Float64Array,
  { width, gain = 1 }: { readonly width: number; readonly gain?: number },
): Float64Array {
  const rows = new Float64Array(points.length + numbers.length);
  for (let i = 0, at = 0, to = 0; i < numbers.length; i++) {
    for (let d = 0; d < width; d++) rows[to++] = gain * points[at++];
    rows[to++] = gain * numbers[i];
  }
  return rows;
}

/** The points of such rows. */
function places(rows: Float64Array, width: number): Float64Array {
  const count = rows.length / (width + 1);
  const points = new Float64Array(count * width);
  for (let i = 0, at = 0, to = 0; i < count; i++, at++) {
    for (let d = 0; d < width; d++) points[to++] = rows[at++];
  }
  return points;
}
