// What a score makes of noise: where its samples lie, and what energies they have.

import {
  type SampleClasses,
  classifySamples,
  type Clusters,
  energiesOf,
  gridPoints,
  type Noise,
  type Points,
  sampleEulerMaruyama,
  type Score,
  wardClusters,
} from "@hamlet/diffusion";
import type { Key, StopOptions } from "@hamlet/core";

/** The time at which energies are taken, as in the notebook. */
export const ENERGY_TIME = 0.15;

/** A sample this close to a pattern counts as one of it. */
export const NEAR = 0.1;
const BINS = 36;
const ARROWS = 15;

/** How much is computed: all of it, or a little for a quick look. */
export interface Effort {
  readonly samples: number;
  readonly steps: number;
  /** Points along a side of the energy maps. */
  readonly columns: number;
}

/** A score with a way to its densities. */
export interface Side {
  readonly score: Score;
  /** `log p_t` of points. */
  readonly logDensity: (points: Points) => Promise<Float64Array>;
}

/** What was found of one score. */
export interface Measured {
  readonly samples: Points;
  /** The share of samples within {@link NEAR} of a pattern. */
  readonly near: number;
  /** The mean of `|r − 1|`. */
  readonly offCircle: number;
  /** The share of 36 directions in which there is a sample. */
  readonly bins: number;
  readonly clusters: Clusters;
  readonly counts: SampleClasses["counts"];
  /** Distances of the centres of clusters from the nearest pattern. */
  readonly centerDistances: Float64Array;
  /** All measured from the lowest of them. */
  readonly energies: Record<"grid" | "patterns" | "centers", Float64Array>;
  readonly columns: number;
  readonly arrows: { readonly points: Points; readonly scores: Float64Array };
}

/** How a score is looked at. */
export interface MeasureOptions extends StopOptions {
  readonly noise: Noise;
  readonly key: Key;
  readonly effort: Effort;
}

/** Samples a score and looks at what comes. */
export async function measure(
  { score, logDensity }: Side,
  patterns: Points,
  { noise, key, effort, ...stop }: MeasureOptions,
): Promise<Measured> {
  const { samples: count, steps, columns } = effort;
  const samples = await sampleEulerMaruyama(score, { noise, key, count, steps, ...stop });
  const threshold = thresholdFor(patterns.shape[0]);
  const clusters = await wardClusters(samples, { threshold, ...stop });
  const lines = { ...linesFor(patterns, count), ...stop };
  const { counts, toPattern } = await classifySamples(samples, patterns, lines);
  const near = { memorised: NEAR, duplicate: NEAR, ...stop };
  const ofCenters = await classifySamples(clusters.centers, patterns, near);
  const grid = gridPoints({ columns, rows: columns });
  const [atGrid, atPatterns, atCenters] = energiesOf(
    await logDensity(grid),
    await logDensity(patterns),
    await logDensity(clusters.centers),
  );
  const points = gridPoints({ x: [-1.4, 1.4], y: [-1.4, 1.4], columns: ARROWS, rows: ARROWS });
  const times = new Float64Array(points.shape[0]).fill(ENERGY_TIME);
  const radii = Array.from({ length: count }, (_, i) => Math.hypot(...pairAt(samples, i)));
  return {
    samples,
    near: toPattern.filter((distance) => distance <= NEAR).length / count,
    offCircle: radii.reduce((sum, r) => sum + Math.abs(r - 1), 0) / count,
    bins: binsOf(samples),
    clusters,
    counts,
    centerDistances: ofCenters.toPattern,
    energies: { grid: atGrid, patterns: atPatterns, centers: atCenters },
    columns,
    arrows: { points, scores: await score.score(points.data, times) },
  };
}

/** Where the notebook cuts the tree of clusters, for 2, 9 and 1000 patterns. */
function thresholdFor(count: number): number {
  return count < 5 ? 3 : count < 100 ? 2 : 0.45;
}

/**
 * Memorised: nearer to a pattern than a quarter of the way to the next, where they lie evenly, and
 * than {@link NEAR}. Made twice: nearer than a quarter of the way where samples lie evenly.
 */
function linesFor(patterns: Points, samples: number) {
  const apart = (count: number) => (2 * Math.PI) / count;
  return { memorised: Math.min(NEAR, apart(patterns.shape[0]) / 4), duplicate: apart(samples) / 4 };
}

function binsOf(samples: Points): number {
  const turns = Array.from({ length: samples.shape[0] }, (_, i) => {
    const [x, y] = pairAt(samples, i);
    return Math.atan2(y, x) / (2 * Math.PI) + 0.5;
  });
  return new Set(turns.map((turn) => Math.min(BINS - 1, Math.floor(BINS * turn)))).size / BINS;
}

function pairAt({ data }: Points, i: number): [number, number] {
  return [data[2 * i], data[2 * i + 1]];
}
