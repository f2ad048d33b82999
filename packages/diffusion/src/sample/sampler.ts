// What all samplers share: their options, where they begin, how they report.

import {
  foldIn,
  type Key,
  makeTurn,
  normal,
  type Progress,
  type Signal,
  split,
} from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import type { Points } from "../data/points.ts";
import type { Noise } from "../noise.ts";
import type { Score } from "../score.ts";
import { type TimeStepOptions, type TimeSteps, timeSteps } from "./time-steps.ts";

/** A step that is done. */
export interface SamplerStep extends Progress {
  /** The time the samples have reached: 0 after the last step. */
  readonly t: number;
  /** The samples `[count, width]`, for as long as the call lasts: copy what you keep. */
  readonly x: Float64Array;
}

/** What is sampled, and how. */
export interface SamplerOptions extends TimeStepOptions {
  readonly noise: Noise;
  readonly key: Key;
  /** How many samples. */
  readonly count: number;
  /**
   * Where samples begin at `t = 1`: at draws of `N(0, σ²)` (`prior`, the default), or at such
   * draws pushed to distance σ from the origin (`sphere`), as the notebook does.
   */
  readonly start?: "prior" | "sphere";
  /** Called after every step: for progress, and for the frames of a movie. */
  readonly onProgress?: (step: SamplerStep) => void;
  /** Stops the sampler between two steps; it then throws the signal's reason. */
  readonly signal?: Signal;
}

/** The state that a sampler changes in place. */
export interface Walk {
  readonly x: Float64Array;
  readonly times: TimeSteps;
  /** Standard normal numbers for step i, `[count, width]`; `which` tells streams of a step apart. */
  readonly noise: (i: number, which?: number) => Float32Array;
  /** The score at `t`, the same for all samples. */
  readonly score: (x: Float64Array, t: number) => Promise<Float64Array>;
}

/** Walks from the noise to the data: `step` moves `walk.x` from `times.t[i]` on by `times.dt[i]`. */
export async function walkBack(
  score: Score,
  options: SamplerOptions,
  step: (walk: Walk, i: number) => Promise<void>,
): Promise<Points> {
  const { key, count, onProgress, signal } = options;
  assertCount(count);
  const size = [count, score.width] as const;
  const [first, rest] = split(key);
  const times = timeSteps(options);
  const steps = times.t.length;
  const walk: Walk = {
    x: startOf(normal(first, size), score.width, options),
    times,
    noise: (i, which = 0) => normal(foldIn(rest, i + which * steps), size),
    score: (x, t) => score.score(x, new Float64Array(count).fill(t)),
  };
  const turn = makeTurn(signal);
  for (let i = 0; i < steps; i++) {
    await turn();
    await step(walk, i);
    onProgress?.({ done: i + 1, of: steps, t: times.t[i + 1] ?? 0, x: walk.x });
  }
  assertFinite(walk.x);
  return { shape: size, data: walk.x };
}

function startOf(
  drawn: Float32Array,
  width: number,
  { noise: { sigma }, start = "prior" }: SamplerOptions,
): Float64Array {
  const x = new Float64Array(drawn);
  for (let from = 0; from < x.length; from += width) {
    const row = x.subarray(from, from + width);
    const scale = sigma / (start === "sphere" ? Math.hypot(...row) : 1);
    row.forEach((coordinate, d) => (row[d] = scale * coordinate));
  }
  return x;
}

function assertCount(count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new HamError(
    "diffusion/count",
    `A sampler draws a whole number of samples from 1 up, not ${count}.`,
    { count },
  );
}

function assertFinite(x: Float64Array): void {
  if (x.every((coordinate) => Number.isFinite(coordinate))) return;
  throw new HamError(
    "diffusion/diverged",
    "The samples ran off to numbers that are not finite. Take more steps, or look at the score: " +
      "a network that was not trained gives no way back.",
  );
}
