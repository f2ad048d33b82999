import type { Points } from "../data/points.ts";
import type { Score } from "../score.ts";
import { eulerMaruyamaStep } from "./euler-maruyama.ts";
import { type SamplerOptions, type Walk, walkBack } from "./sampler.ts";

/** Those of every sampler, and the Langevin steps that correct. */
export interface PredictorCorrectorOptions extends SamplerOptions {
  /** Langevin steps before each step back in time; default 1. */
  readonly corrections?: number;
  /** How long a Langevin step is, by the ratio of its noise to the score; default 0.16. */
  readonly signalToNoise?: number;
}

/**
 * Samples with steps of Euler and Maruyama back in time, and steps of Langevin at each time, which
 * mend what the others got wrong: `x ← x + ε s + √(2ε) z` with `ε = 2 (r |z| / |s|)²`, where r is
 * `signalToNoise` and norms are means over the samples.
 *
 * The last step is Tweedie's estimate, after which nothing is mended.
 * @returns samples `[count, width]`.
 * @throws HamError as `sampleEulerMaruyama`.
 * @see Song et al., arXiv:2011.13456, algorithms 2 and 4.
 */
export function samplePredictorCorrector(
  score: Score,
  options: PredictorCorrectorOptions,
): Promise<Points> {
  const { corrections = 1, signalToNoise = 0.16, noise } = options;
  return walkBack(score, options, async (walk, i) => {
    for (let c = 1; c <= corrections; c++) {
      await correct(walk, { i, c, width: score.width, signalToNoise });
    }
    await eulerMaruyamaStep(walk, i, noise.sigma);
  });
}

async function correct(
  { x, times, noise, score }: Walk,
  { i, c, width, signalToNoise }: { i: number; c: number; width: number; signalToNoise: number },
): Promise<void> {
  const slope = await score(x, times.t[i]);
  const z = noise(i, c);
  const length = 2 * ((signalToNoise * meanNorm(z, width)) / meanNorm(slope, width)) ** 2;
  const spread = Math.sqrt(2 * length);
  for (let k = 0; k < x.length; k++) x[k] += length * slope[k] + spread * z[k];
}

/** The mean length of the rows. */
function meanNorm(rows: Float64Array | Float32Array, width: number): number {
  let sum = 0;
  for (let from = 0; from < rows.length; from += width) {
    let square = 0;
    for (let d = from; d < from + width; d++) square += rows[d] * rows[d];
    sum += Math.sqrt(square);
  }
  return (sum * width) / rows.length;
}
