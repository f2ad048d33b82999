// A census: the points where the energy of a dense memory stands still, and whether they add up.

import { assertMatrix } from "@hamlet/graph";
import {
  foldIn,
  inTurns,
  type Key,
  key as keyOf,
  makeTurn,
  type Progress,
  randint,
  type Signal,
  uniform,
} from "@hamlet/core";
import { type Points, pointAt } from "../data/points.ts";
import { nearestTo } from "../data/distance.ts";
import { makeAttention } from "./attention.ts";
import { fromAxes, intoAxes, principalAxes, type PrincipalAxes } from "./covariance.ts";
import { equidistantPoints } from "./equidistant.ts";
import { assertBeta } from "./inverse-temperature.ts";
import { makeSearch, type Search } from "./search.ts";

/** What the energy does around a point where it stands still. */
export type EnergyPointKind = "minimum" | "saddle" | "maximum" | "degenerate";

/** A point where `∇E = 0`. */
export interface EnergyPoint {
  readonly at: Float64Array;
  readonly energy: number;
  readonly kind: EnergyPointKind;
  /** How many directions lead down. */
  readonly index: number;
  /** The nearest pattern, and how far it is. */
  readonly pattern: number;
  readonly distance: number;
  /** The largest weight of a pattern, `max_μ p_μ`. */
  readonly weight: number;
  /** True for a minimum at which no pattern has more than half of the weight: a mixture of several. */
  readonly spurious: boolean;
  /** The part of the starts from which a descent ends here; 0 unless it is a minimum. */
  readonly share: number;
}

/** The points at which an exact energy is flat, as far as a search found them. */
export interface EnergyCensus {
  /** By energy, lowest first. */
  readonly points: readonly EnergyPoint[];
  /**
   * `Σ (−1)^index`: 1 if all points were found, since the energy grows in every direction. Null
   * when a point is degenerate.
   */
  readonly morse: number | null;
}

/** Which energy is searched, from how many starts, and by which draws. */
export interface EnergyCensusOptions {
  /** That of `exp(−β |x − ξ|²)`; at time t it is `inverseTemperatureAt(noise, t)`. See `rbfBeta`. */
  readonly beta: number;
  /** Random starts beside the patterns, their mean and the middles between what is found; default 200. */
  readonly starts?: number;
  readonly key?: Key;
  /** Called as the search goes on; `of` is 1. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the search, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/** Searches from the middle of two known points, at most. */
const MIDDLES = 400;

/**
 * Looks for all minima, saddles and maxima of `E(x) = −1/β log Σ_μ exp(−β |x − ξ_μ|²)`: the
 * patterns that are recalled at this β, the spurious ones, and the passes between them.
 *
 * All of them lie among the patterns (`∇E = 0` says that x is the mean of them by their weights),
 * so the search runs in the principal axes of the patterns and begins at mixtures of three. Every
 * start rolls downhill to a minimum; Newton's method, which does not care which way is down, also
 * finds saddles and maxima, from the starts, from points equally far from several patterns, and from
 * between the points that are known.
 * @param patterns - `[K, N]`.
 * @throws HamError `diffusion/beta`; as `assertMatrix`.
 */
export async function energyCensus(
  patterns: Points,
  options: EnergyCensusOptions,
): Promise<EnergyCensus> {
  const { beta, starts = 200, key = keyOf(0), onProgress, signal } = options;
  assertBeta(beta);
  assertMatrix("patterns", patterns);
  const axes = principalAxes(patterns);
  const reduced = intoAxes(axes, patterns);
  const search = makeSearch(reduced, beta);
  const begins = startsOf(reduced, starts, key);
  const turn = makeTurn(signal);
  for (const [i, start] of begins.entries()) {
    await turn();
    onProgress?.({ done: (0.7 * i) / begins.length, of: 1 });
    await inTurns(search.descend(start), turn);
    await inTurns(search.newton(start), turn);
  }
  for (const point of await inTurns(equidistantPoints(reduced, foldIn(key, 2)), turn)) {
    await inTurns(search.newton(point), turn);
  }
  const { found } = search;
  for (let b = 1, tried = 0; b < found.length; b++) {
    for (let a = 0; a < b && tried < MIDDLES; a++, tried++) {
      await turn();
      onProgress?.({ done: 0.7 + (0.3 * tried) / MIDDLES, of: 1 });
      const middle = found[a].at.map((value, r) => (value + found[b].at[r]) / 2);
      await inTurns(search.newton(middle), turn);
    }
  }
  onProgress?.({ done: 1, of: 1 });
  return summaryOf(search, { patterns, axes, beta, starts: begins.length });
}

/** The patterns, their mean, and random mixtures of three of them. */
function startsOf(
  { shape: [count, rank], data }: Points,
  starts: number,
  key: Key,
): Float64Array[] {
  const which = randint(foldIn(key, 0), 3 * starts, 0, count);
  const parts = uniform(foldIn(key, 1), 3 * starts, { min: 0.01 });
  const mixtures = Array.from({ length: starts }, (_, s) => {
    const at = new Float64Array(rank);
    const weights = [0, 1, 2].map((j) => -Math.log(parts[3 * s + j]));
    const total = weights.reduce((sum, weight) => sum + weight) || 1;
    weights.forEach((weight, j) => {
      const from = which[3 * s + j] * rank;
      for (let r = 0; r < rank; r++) at[r] += (weight / total) * data[from + r];
    });
    return at;
  });
  const own = Array.from({ length: count }, (_, mu) => data.slice(mu * rank, (mu + 1) * rank));
  return [...own, new Float64Array(rank), ...mixtures];
}

function summaryOf(
  { found }: Search,
  about: { patterns: Points; axes: PrincipalAxes; beta: number; starts: number },
): EnergyCensus {
  const { patterns, axes, beta, starts } = about;
  const attention = makeAttention(patterns);
  const points = found.map(({ at, index, degenerate, arrivals }): EnergyPoint => {
    const place: Points = { shape: [1, patterns.shape[1]], data: fromAxes(axes, at) };
    const { logSum, weights } = attention(place.data, 0, beta);
    const weight = weights.reduce((most, value) => Math.max(most, value), 0);
    const { at: pattern, distance } = nearestTo(place, 0, patterns);
    const kind = kindOf(index, { degenerate, width: place.shape[1] });
    return {
      at: pointAt(place, 0),
      energy: -logSum / beta,
      kind,
      index,
      pattern,
      distance,
      weight,
      spurious: kind === "minimum" && weight <= 0.5,
      share: arrivals / starts,
    };
  });
  const degenerate = found.some((point) => point.degenerate);
  return {
    points: points.toSorted((a, b) => a.energy - b.energy || a.index - b.index),
    morse: degenerate ? null : points.reduce((sum, { index }) => sum + (-1) ** index, 0),
  };
}

/** In more dimensions than the patterns span, the energy rises on, so nothing is a maximum. */
function kindOf(
  index: number,
  { degenerate, width }: { degenerate: boolean; width: number },
): EnergyPointKind {
  if (degenerate) return "degenerate";
  if (index === 0) return "minimum";
  return index === width ? "maximum" : "saddle";
}
