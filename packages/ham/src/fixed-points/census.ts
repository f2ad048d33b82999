// A census: the fixed points of a model that are found from many starts, and whether their number
// adds up.

import {
  inTurns,
  type Key,
  key,
  makeTurn,
  normal,
  type Progress,
  type Signal,
  type Turn,
} from "@hamlet/core";
import { type EnergyGraph, HamError, kinksOf, type Neuron } from "@hamlet/graph";
import type { RecallSetup } from "../recall/recall.ts";
import { classify, type Classification } from "./classify.ts";
import { descend } from "./descend.ts";
import { type Landscape, makeLandscape, type Site, type StateVector } from "./landscape.ts";
import { refine } from "./refine.ts";

/** A point where `∂E/∂x̂ = 0`. */
export interface FixedPoint extends Classification {
  readonly energy: number;
  /** Row-major over the axes of the layer. */
  readonly states: ReadonlyMap<Neuron, Float64Array>;
  readonly activations: ReadonlyMap<Neuron, Float64Array>;
  /** The part of the starts from which a descent of the energy ends here. */
  readonly share: number;
}

/** What a census found. */
export interface Census {
  /** By energy, lowest first; of equal ones, that with the largest share first. */
  readonly points: readonly FixedPoint[];
  /**
   * `Σ (−1)^index`. It is 1 for all fixed points of a smooth energy that grows in every direction,
   * so another number means that some were missed, or that the energy is not of that kind: see
   * {@link kinks}. Null when a point is degenerate.
   */
  readonly morse: number | null;
  /**
   * The functions of units that keep the energy from being smooth, such as `relu`; empty for most.
   * Where it has kinks or flat parts, a fixed point may have no index, and the sum need not be 1.
   */
  readonly kinks: readonly string[];
  readonly starts: number;
  /** The part of the starts whose descent did not end at a fixed point. */
  readonly astray: number;
}

/** How a census looks. */
export interface CensusOptions {
  /**
   * How many random starts, or the starts themselves: the states of all layers behind one another,
   * in the order of the graph. Default 100.
   */
  readonly starts?: number | readonly ArrayLike<number>[];
  /** The standard deviation of random starts around 0; default 1. */
  readonly spread?: number;
  readonly key?: Key;
  /** Points whose activations differ by less than this part of `1 + |x̂|` are one; default 1e-5. */
  readonly tolerance?: number;
  /** Called as the search goes on; `of` is 1. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the search, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/** The most units of a model: the work of a search grows with their square. */
export const CENSUS_UNITS = 512;

/** Searches between points that are known are made for this many pairs at most. */
const PAIRS = 100;

/**
 * Looks for the fixed points of a model.
 *
 * Every start rolls downhill (by `adaptive`), which gives the minima and their shares. Newton
 * searches that do not care which way is down, from the starts and from between the points that
 * are known, find saddles and maxima. All points are refined in float64.
 * @param setup - as for `makeRecall`; `numbers` also hold every given, for one example.
 * @throws HamError `ham/too-many-units` above {@link CENSUS_UNITS}; `ham/binary-landscape` where a
 * layer jumps.
 */
export async function census(
  graph: EnergyGraph,
  setup: RecallSetup,
  options: CensusOptions = {},
): Promise<Census> {
  assertSmooth(graph);
  const landscape = makeLandscape(graph, { sizes: setup.sizes, tensors: setup.numbers });
  assertSmall(landscape);
  const starts = startsOf(landscape, options);
  const search = new Search(landscape, options);
  options.onProgress?.({ done: 0, of: 1 });
  const ends = await descend(graph, setup, landscape, { starts, signal: options.signal });
  const homes: number[] = [];
  for (const [i, end] of ends.entries()) {
    homes.push(await search.from(end, i / ends.length / 2));
  }
  for (const [i, start] of starts.entries()) {
    await search.from(start, 0.5 + i / starts.length / 3);
  }
  await search.between(PAIRS);
  return { ...search.census(homes), kinks: kinksOf(graph) };
}

interface Found extends Classification {
  readonly site: Site;
}

class Search {
  readonly #landscape: Landscape;
  readonly #options: CensusOptions;
  readonly #turn: Turn;
  readonly #found: Found[] = [];
  /** Ends that were refined before: descents to one minimum end close together. */
  readonly #seen: { readonly start: StateVector; readonly home: number }[] = [];

  constructor(landscape: Landscape, options: CensusOptions) {
    this.#landscape = landscape;
    this.#options = options;
    this.#turn = makeTurn(options.signal);
  }

  /** The position of the fixed point that a search from here ends at, or −1. */
  async from(start: StateVector, done: number): Promise<number> {
    await this.#turn();
    this.#options.onProgress?.({ done, of: 1 });
    const before = this.#seen.find((seen) => apart(seen.start, start) < 1e-7);
    if (before !== undefined) return before.home;
    const { site, converged } = await inTurns(refine(this.#landscape, start), this.#turn);
    const home = converged ? await this.#keep(site) : -1;
    this.#seen.push({ start, home });
    return home;
  }

  /** Searches from the middle of pairs of known points, and of those that this finds. */
  async between(pairs: number): Promise<void> {
    let tried = 0;
    for (let b = 1; b < this.#found.length && tried < pairs; b++) {
      for (let a = 0; a < b && tried < pairs; a++, tried++) {
        const [p, q] = [this.#found[a].site.states, this.#found[b].site.states];
        await this.from(
          p.map((x, i) => (x + q[i]) / 2),
          5 / 6 + tried / pairs / 6,
        );
      }
    }
  }

  census(homes: readonly number[]): Omit<Census, "kinks"> {
    this.#options.onProgress?.({ done: 1, of: 1 });
    const { neurons, offsets } = this.#landscape;
    const layers = (vector: StateVector) =>
      new Map(neurons.map((neuron, i) => [neuron, vector.slice(offsets[i], offsets[i + 1])]));
    const points = this.#found.map(({ site, ...classification }, i) => ({
      ...classification,
      energy: site.energy,
      states: layers(site.states),
      activations: layers(site.activations),
      share: homes.filter((home) => home === i).length / homes.length,
    }));
    const degenerate = points.some(({ kind }) => kind === "degenerate");
    return {
      points: points.toSorted(inOrder),
      morse: degenerate ? null : points.reduce((total, { index }) => total + (-1) ** index, 0),
      starts: homes.length,
      astray: homes.filter((home) => home < 0).length / homes.length,
    };
  }

  async #keep(site: Site): Promise<number> {
    const { tolerance = 1e-5 } = this.#options;
    const known = this.#found.findIndex(
      (other) => apart(other.site.activations, site.activations) < tolerance,
    );
    if (known >= 0) return known;
    this.#found.push({ site, ...(await inTurns(classify(this.#landscape, site), this.#turn)) });
    return this.#found.length - 1;
  }
}

/** Energies that differ by rounding count as equal, so that the order is the same everywhere. */
function inOrder(a: FixedPoint, b: FixedPoint): number {
  const level = ({ energy }: FixedPoint) => Number(energy.toPrecision(9));
  return level(a) - level(b) || a.index - b.index || b.share - a.share;
}

/** The largest difference of two vectors, as a part of `1 + |a|`. */
function apart(a: StateVector, b: StateVector): number {
  const far = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
  return far / (1 + a.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
}

function startsOf({ offsets }: Landscape, options: CensusOptions): StateVector[] {
  const { starts = 100, spread = 1, key: seed = key(0) } = options;
  const units = offsets.at(-1)!;
  if (typeof starts === "number") {
    const drawn = normal(seed, [starts, units]);
    return Array.from({ length: starts }, (_, n) =>
      Float64Array.from({ length: units }, (__, i) => spread * drawn[n * units + i]),
    );
  }
  return starts.map((start, n) => {
    if (start.length === units) return new Float64Array(start);
    throw new HamError(
      "ham/start-shape",
      `Start ${n} of the census: expected ${units} numbers, one for every unit of all layers, found ${start.length}.`,
    );
  });
}

function assertSmooth({ neurons }: EnergyGraph): void {
  const binary = neurons.find(({ kind }) => kind === "binary");
  if (binary === undefined) return;
  throw new HamError(
    "ham/binary-landscape",
    `The layer "${binary.name}" jumps between two values, so its energy has no slope and no fixed points in this sense. Use a smooth Lagrangian such as tanh(beta = 10).`,
  );
}

function assertSmall({ offsets }: Landscape): void {
  const units = offsets.at(-1)!;
  if (units <= CENSUS_UNITS) return;
  throw new HamError(
    "ham/too-many-units",
    `A census takes models of at most ${CENSUS_UNITS} units, and this one has ${units}. Make its dims smaller with --set, or recall from queries instead.`,
  );
}
