// One number of patterns: a network that learns them, what it makes, and the exact energies beside.

import { foldIn, key as keyOf } from "@hamlet/core";
import {
  exactScore,
  logLikelihood,
  networkScore,
  type Points,
  type TrainedScore,
  varianceExploding,
} from "@hamlet/diffusion";
import type { ThreadJob } from "../../threads/thread.ts";
import type { Pair } from "./figures.ts";
import { learn } from "./learn.ts";
import {
  type Effort,
  ENERGY_TIME,
  type Measured,
  measure,
  type MeasureOptions,
} from "./measure.ts";

const FULL: Effort = { samples: 1500, steps: 500, columns: 61 };
const SHORT: Effort = { samples: 200, steps: 40, columns: 9 };
const NOISE = varianceExploding(1);
/** How much of the work of one size is its training. */
const TRAINING = 0.9;

/** What is to be done, which is plain data. */
export interface Size {
  readonly patterns: Points;
  readonly seed: number;
  readonly short: boolean;
  readonly iterations: number;
  /** The folder of everything that is written. */
  readonly out: string;
}

/** One number of patterns, when all is done. */
export interface Result extends Pair {
  readonly iterations: number;
}

/** Its result, or what there is of one that was stopped. */
export type Answer = Result | { readonly stopped: string };

/** Does all of one size. */
export async function compute(
  { patterns, seed, short, iterations, out }: Size,
  {
    signal,
    onProgress,
  }: Pick<ThreadJob<unknown>, "signal"> & {
    readonly onProgress: (part: number, what: string) => void;
  },
): Promise<Answer> {
  const [training, sampling] = [2, 3].map((stream) => foldIn(keyOf(seed), stream));
  const trained = await learn({
    patterns,
    noise: NOISE,
    iterations,
    key: training,
    seed,
    out,
    signal,
    onProgress: (iteration, loss) =>
      onProgress(
        (TRAINING * iteration) / iterations,
        `${iteration} iterations, loss ${loss.toFixed(4)}`,
      ),
  });
  if (trained.ending === "aborted") {
    return {
      stopped: `stopped after ${trained.iterations} of ${iterations} iterations with ${patterns.shape[0]} patterns`,
    };
  }
  const about = { noise: NOISE, key: sampling, effort: short ? SHORT : FULL, signal };
  onProgress(TRAINING, "samples and energies");
  try {
    const learned = await measureLearned(trained, patterns, about);
    const score = exactScore(patterns, NOISE);
    const logDensity = async ({ data }: Points) => score.logDensity(data, ENERGY_TIME);
    const exact = await measure({ score, logDensity }, patterns, about);
    onProgress(1, "done");
    return { patterns, losses: trained.losses, iterations: trained.iterations, learned, exact };
  } catch (error) {
    if (!signal.aborted) throw error;
    return { stopped: `stopped while ${patterns.shape[0]} patterns were measured` };
  }
}

async function measureLearned(
  { model }: TrainedScore,
  patterns: Points,
  about: MeasureOptions,
): Promise<Measured> {
  using score = networkScore(model);
  const logDensity = (points: Points) =>
    logLikelihood(score, points, {
      noise: NOISE,
      t: ENERGY_TIME,
      tolerance: 1e-5,
      ...(about.signal !== undefined && { signal: about.signal }),
    });
  return await measure({ score, logDensity }, patterns, about);
}
