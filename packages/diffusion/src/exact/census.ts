// A census: the points where the energy of a dense memory stands still, and whether they add up.

import { assertMatrix } from "@hamlet/graph";
import {
  foldIn,
  inTurns,
  type Key,
  key as keyOf,
  makeTurn,
  type Progress,
  type Signal,
} from "@hamlet/core";
import {
  census,
  equidistantPoints,
  type FixedPoint,
  type FixedPointKind,
  startsAmong,
} from "@hamlet/ham";
import { type Points, pointAt } from "../data/points.ts";
import { nearestTo } from "../data/distance.ts";
import { makeAttention } from "./attention.ts";
import { fromAxes, intoAxes, principalAxes } from "./covariance.ts";
import { denseMemory } from "./dense-memory.ts";
import { assertBeta } from "./inverse-temperature.ts";

/** A point where `∇E = 0`. */
export interface EnergyPoint {
  readonly at: Float64Array;
  readonly energy: number;
  readonly kind: FixedPointKind;
  /** How many directions lead down. */
  readonly index: number;
  /** The nearest pattern, and how far it is. */
  readonly pattern: number;
  readonly distance: number;
  /** The largest weight of a pattern, `max_μ p_μ`. */
  readonly weight: number;
  /** True for a minimum at which no pattern has more than half of the weight: a mixture of several. */
  readonly spurious: boolean;
  /** The part of the starts from which a descent ends here. */
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
/** Points closer than this part of the size of the patterns are one. */
const SAME = 1e-6;

/**
 * Looks for all minima, saddles and maxima of `E(x) = −1/β log Σ_μ exp(−β |x − ξ_μ|²)`: the
 * patterns that are recalled at this β, the spurious ones, and the passes between them.
 *
 * All of them lie among the patterns (`∇E = 0` says that x is the mean of them by their weights),
 * so the search runs in the principal axes of the patterns and begins at mixtures of three. It is
 * `census` of `@hamlet/ham`, which also begins at points equally far from several patterns and at the
 * middles between the points that are known.
 * @param patterns - `[K, N]`.
 * @throws HamError `diffusion/beta`; as `assertMatrix`.
 */
export async function energyCensus(
  patterns: Points,
  options: EnergyCensusOptions,
): Promise<EnergyCensus> {
  const { beta, starts = 200, key = keyOf(0), ...rest } = options;
  assertBeta(beta);
  assertMatrix("patterns", patterns);
  const axes = principalAxes(patterns);
  const { rows, size } = unitRows(intoAxes(axes, patterns));
  const { graph, space, layer } = denseMemory(rows, beta * size ** 2);
  const turn = makeTurn(rest.signal);
  const found = await census(graph, space, {
    ...rest,
    starts: startsAmong(rows, { count: starts, key }),
    seeds: await inTurns(equidistantPoints(rows, foldIn(key, 2)), turn),
    pairs: MIDDLES,
    tolerance: SAME,
  });
  const about = makeAbout(patterns, beta);
  const points = found.points.map((point) => {
    const coordinates = point.states.get(layer)!.map((x) => size * x);
    return about({ shape: [1, patterns.shape[1]], data: fromAxes(axes, coordinates) }, point);
  });
  return {
    points: points.toSorted((a, b) => a.energy - b.energy || a.index - b.index),
    morse: found.morse,
  };
}

/** Patterns as rows, and what they were divided by to be of unit size. Where all are one, they are 0. */
function unitRows({ shape: [count, rank], data }: Points) {
  const size = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / count) || 1;
  const rows = Array.from({ length: count }, (_, mu) =>
    rank === 0
      ? Float64Array.of(0)
      : data.slice(mu * rank, (mu + 1) * rank).map((value) => value / size),
  );
  return { rows, size };
}

/** A function that says of a fixed point what the patterns have to do with it. */
function makeAbout(patterns: Points, beta: number) {
  const attention = makeAttention(patterns);
  return (place: Points, { kind: here, index, share }: FixedPoint): EnergyPoint => {
    const { logSum, weights } = attention(place.data, 0, beta);
    const weight = weights.reduce((most, value) => Math.max(most, value), 0);
    const { at: pattern, distance } = nearestTo(place, 0, patterns);
    const kind = kindOf(index, { degenerate: here === "degenerate", width: place.shape[1] });
    return {
      at: pointAt(place, 0),
      energy: -logSum / beta,
      kind,
      index,
      pattern,
      distance,
      weight,
      spurious: kind === "minimum" && weight <= 0.5,
      share,
    };
  };
}

/** In more dimensions than the patterns span, the energy rises on, so nothing is a maximum. */
function kindOf(
  index: number,
  { degenerate, width }: { degenerate: boolean; width: number },
): FixedPointKind {
  if (degenerate) return "degenerate";
  if (index === 0) return "minimum";
  return index === width ? "maximum" : "saddle";
}
