// An atlas: the fixed points of a model, which minima each pass joins, and how high the way out of each
// minimum is.

import { foldIn, inTurns, key, makeTurn, type Work } from "@hamlet/core";
import type { EnergyGraph } from "@hamlet/graph";
import { type ConfidenceInterval, wilsonInterval } from "../capacity/wilson.ts";
import { census, type Census, type CensusOptions, type FixedPoint } from "./census.ts";
import { descend } from "./descend.ts";
import { directionsAt } from "./directions.ts";
import {
  type Landscape,
  type LandscapeSpace,
  makeLandscape,
  type StateVector,
} from "./landscape.ts";
import { refine } from "./refine.ts";
import { randomStarts } from "./starts.ts";

/** A point of index 1, and where the two ways down from it end: positions among the points, −1 for none of them. */
export interface Pass {
  readonly point: number;
  readonly ends: readonly [number, number];
}

/** The lowest pass from a minimum to another. */
export interface Barrier {
  /** Its energy above that of the minimum. */
  readonly height: number;
  /** Positions among the points. */
  readonly pass: number;
  readonly to: number;
}

/** A census with the ways between its points. */
export interface Atlas extends Census {
  readonly passes: readonly Pass[];
  /** One a point; null for what is no minimum, and for a minimum with no pass to another. */
  readonly barriers: readonly (Barrier | null)[];
  /** Between these lies the part of all starts that end in each point, with 95%. */
  readonly basins: readonly ConfidenceInterval[];
}

/** The first step down from a pass, as a part of `1 + |x|`. */
const STEP = 1e-3;
/** Activations that differ by less than this part of `1 + |x̂|` are one end. */
const SAME = 1e-4;

/**
 * Looks for the fixed points, as {@link census}, again where their indices do not add up, and follows
 * both ways down from every point of index 1.
 * @throws HamError as `census`.
 */
export async function atlas(
  graph: EnergyGraph,
  space: LandscapeSpace,
  options: CensusOptions = {},
): Promise<Atlas> {
  const landscape = makeLandscape(graph, space);
  let found = await census(graph, space, options);
  // Where indices do not add up a point is missing: between those that are known, near them, or elsewhere.
  for (let more = 1; more <= ROUNDS; more++) {
    if (found.morse === null || found.morse === 1 || found.kinks.length > 0) break;
    const fresh = foldIn(options.key ?? key(0), 1 + more);
    const elsewhere = randomStarts(landscape, more * found.starts, { ...options, key: fresh });
    const seeds = [...(options.seeds ?? []), ...between(landscape, found, more), ...elsewhere];
    found = await census(graph, space, { ...options, seeds });
  }
  return inTurns(chart(landscape, found), makeTurn(options.signal));
}

/** How often a census is taken again, each time from more points. */
const ROUNDS = 3;
/** Pairs of points that are looked between. */
const PAIRS = 200;

/** The known points, and points on the lines between them: at quarters, then eighths, … */
function between(landscape: Landscape, { points }: Census, round: number): StateVector[] {
  const known = points.map(({ states }) => joined(landscape, states));
  const pairs = known.flatMap((a, i) => known.slice(0, i).map((b) => [a, b] as const));
  const parts = 2 ** (round + 1);
  const on = pairs
    .slice(0, PAIRS)
    .flatMap(([a, b]) =>
      Array.from({ length: parts - 1 }, (_, k) =>
        a.map((x, i) => x + ((b[i] - x) * (k + 1)) / parts),
      ),
    );
  return [...known, ...on];
}

function* chart(landscape: Landscape, found: Census): Work<Atlas> {
  const { points, starts } = found;
  const saddles = points.flatMap(({ index, kind }, i) =>
    index === 1 && kind !== "degenerate" ? [i] : [],
  );
  const ways: StateVector[] = [];
  for (const saddle of saddles) {
    const states = joined(landscape, points[saddle].states);
    const [place] = landscape.places([states]);
    const { units, steps } = directionsAt(landscape, place);
    yield;
    const length = (STEP * (1 + largest(states))) / largest(steps[0]);
    for (const way of [-length, length]) {
      const start = states.slice();
      units.forEach((unit, i) => (start[unit] += way * steps[0][i]));
      ways.push(start);
    }
  }
  const ends = yield* refine(landscape, yield* descend(landscape, ways));
  const homes = ends.map(({ place, converged }) =>
    converged ? points.findIndex((point) => isAt(landscape, point, place.activations)) : -1,
  );
  const passes = saddles.map((point, i): Pass => ({
    point,
    ends: [homes[2 * i], homes[2 * i + 1]],
  }));
  return {
    ...found,
    passes,
    barriers: points.map((point, i) =>
      point.kind === "minimum" ? barrierOf(i, points, passes) : null,
    ),
    basins: points.map(({ share }) => wilsonInterval(Math.round(share * starts), starts)),
  };
}

function barrierOf(
  minimum: number,
  points: readonly FixedPoint[],
  passes: readonly Pass[],
): Barrier | null {
  const out = passes.flatMap(({ point, ends: [a, b] }): Barrier[] => {
    const to = a === minimum ? b : b === minimum ? a : -1;
    if (to < 0 || to === minimum) return [];
    return [{ height: points[point].energy - points[minimum].energy, pass: point, to }];
  });
  return out.toSorted((a, b) => a.height - b.height)[0] ?? null;
}

/** The states of all layers behind one another. */
export function joined({ neurons }: Landscape, layers: FixedPoint["states"]): StateVector {
  return Float64Array.from(neurons.flatMap((neuron) => [...layers.get(neuron)!]));
}

function isAt(landscape: Landscape, point: FixedPoint, activations: StateVector): boolean {
  if (point.kind !== "minimum") return false;
  const own = joined(landscape, point.activations);
  return own.every((x, i) => Math.abs(x - activations[i]) < SAME * (1 + largest(own)));
}

function largest(vector: ArrayLike<number>): number {
  return Math.max(0, ...Array.from(vector, Math.abs));
}
