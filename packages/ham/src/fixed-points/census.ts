// A census: the fixed points of a model that are found from many starts, and whether their number
// adds up.

import {
  foldIn,
  inTurns,
  type Key,
  key as keyOf,
  makeTurn,
  type Progress,
  type Signal,
  type Turn,
} from "@hamlet/core";
import { type EnergyGraph, HamError, kinksOf, type Neuron } from "@hamlet/graph";
import { classify, type Classification } from "./classify.ts";
import {
  type Landscape,
  type LandscapeSpace,
  makeLandscape,
  type Place,
  type StateVector,
} from "./landscape.ts";
import { largestChange } from "./descend.ts";
import { largest } from "./refine.ts";
import { makeSearcher, type Searcher } from "./searcher.ts";
import { ownStarts, randomStarts } from "./starts.ts";

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
   * in the order of the graph. Shares are of these. Default 100.
   */
  readonly starts?: number | readonly ArrayLike<number>[];
  /** The standard deviation of random starts around 0; default 1. */
  readonly spread?: number;
  /**
   * Where searches begin beside the starts. With random starts the model's own patterns always do,
   * their mean, and points equally far from several of them.
   */
  readonly seeds?: readonly ArrayLike<number>[];
  /** From the middle of so many pairs of known points a search is made, at most; default 100. */
  readonly pairs?: number;
  readonly key?: Key;
  /** Points whose activations differ by less than this part of `1 + |x̂|` are one; default 1e-5. */
  readonly tolerance?: number;
  /** Who does the long parts of the search; default: this thread. The result is the same. */
  readonly searcher?: (graph: EnergyGraph, space: LandscapeSpace) => Searcher;
  /** Called as the search goes on; `of` is 1. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the search, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/** The most units of a model: the work of a search grows with their square. */
export const CENSUS_UNITS = 512;

/** What part of the work a search and the descents before it are taken for. */
const [DESCENTS, STARTS] = [0.5, 0.8];
/** Searches that are reported as one. */
const AT_ONCE = 256;

/**
 * Looks for the fixed points of a model, in float64.
 *
 * Every start rolls downhill, as by `adaptive`, which gives the minima and their shares. Newton
 * searches that do not care which way is down, from the starts, from among the model's patterns and
 * from between the points that are known, find saddles and maxima.
 * @param space - also holds every given, for one example; units that a clamp holds stay at 0.
 * @throws HamError `ham/too-many-units` above {@link CENSUS_UNITS}; `ham/binary-landscape` where a
 * layer jumps.
 */
export async function census(
  graph: EnergyGraph,
  space: LandscapeSpace,
  options: CensusOptions = {},
): Promise<Census> {
  assertSmooth(graph, space);
  const landscape = makeLandscape(graph, space);
  assertSmall(landscape);
  const turn = makeTurn(options.signal);
  const searcher = options.searcher?.(graph, space) ?? makeSearcher(landscape, turn);
  return search(graph, landscape, { ...options, space, turn, searcher });
}

interface SearchOptions extends Omit<CensusOptions, "searcher"> {
  readonly space: LandscapeSpace;
  readonly turn: Turn;
  readonly searcher: Searcher;
}

async function search(
  graph: EnergyGraph,
  landscape: Landscape,
  options: SearchOptions,
): Promise<Census> {
  const { starts: wanted = 100, key = keyOf(0), pairs = 100 } = options;
  const starts =
    typeof wanted === "number"
      ? randomStarts(landscape, wanted, { ...options, key })
      : vectorsOf(landscape, wanted, "Start");
  const own =
    typeof wanted === "number"
      ? await inTurns(
          ownStarts(landscape, graph, { ...options.space, key: foldIn(key, 1) }),
          options.turn,
        )
      : [];
  const found = new Found(landscape, options);
  const ends: StateVector[] = [];
  for (const some of parts(starts)) {
    ends.push(...(await options.searcher.descend(some)));
    found.report((DESCENTS * ends.length) / starts.length);
  }
  const homes = await found.from(ends);
  const seeds = [...own, ...vectorsOf(landscape, options.seeds ?? [], "Seed"), ...starts];
  let done = 0;
  for (const some of parts(seeds)) {
    await found.from(some);
    done += some.length;
    found.report(DESCENTS + ((STARTS - DESCENTS) * done) / seeds.length);
  }
  await found.between(pairs);
  return { ...found.census(homes), kinks: kinksOf(graph) };
}

function* parts(vectors: readonly StateVector[]): Generator<readonly StateVector[]> {
  for (let from = 0; from < vectors.length; from += AT_ONCE) {
    yield vectors.slice(from, from + AT_ONCE);
  }
}

/** The fixed points that are known. */
class Found {
  readonly #landscape: Landscape;
  readonly #options: SearchOptions;
  readonly #points: (Classification & { readonly place: Place })[] = [];

  constructor(landscape: Landscape, options: SearchOptions) {
    this.#landscape = landscape;
    this.#options = options;
  }

  report(done: number): void {
    this.#options.onProgress?.({ done, of: 1 });
  }

  /** The positions of the fixed points that searches from here end at, or −1. */
  async from(starts: readonly StateVector[]): Promise<number[]> {
    // Descents to one minimum end close together.
    const distinct: { readonly start: StateVector; home: number }[] = [];
    const own = starts.map((start) => {
      const known = distinct.find((other) => apart(other.start, start) < 1e-7);
      if (known !== undefined) return known;
      distinct.push({ start, home: -1 });
      return distinct.at(-1)!;
    });
    const ends = await this.#options.searcher.refine(distinct.map(({ start }) => start));
    for (const [i, { place, converged }] of ends.entries()) {
      if (converged) distinct[i].home = await this.#keep(place);
    }
    return own.map(({ home }) => home);
  }

  /** Searches from the middle of pairs of known points, and of those that this finds. */
  async between(most: number): Promise<void> {
    for (let [b, tried] = [1, 0]; b < this.#points.length && tried < most;) {
      const middles: StateVector[] = [];
      for (; b < this.#points.length && tried < most; b++) {
        for (let a = 0; a < b && tried < most; a++, tried++) {
          const [p, q] = [a, b].map((i) => this.#points[i].place.states);
          middles.push(p.map((x, i) => (x + q[i]) / 2));
        }
      }
      await this.from(middles);
      this.report(STARTS + ((1 - STARTS) * tried) / most);
    }
  }

  census(homes: readonly number[]): Omit<Census, "kinks"> {
    this.report(1);
    const { neurons, offsets } = this.#landscape;
    const layers = (vector: StateVector) =>
      new Map(neurons.map((neuron, i) => [neuron, vector.slice(offsets[i], offsets[i + 1])]));
    const points = this.#points.map(({ place, ...classification }, i) => ({
      ...classification,
      energy: place.energy,
      states: layers(place.states),
      activations: layers(place.activations),
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

  async #keep(place: Place): Promise<number> {
    const { tolerance = 1e-5, turn } = this.#options;
    const known = this.#points.findIndex(
      (other) => apart(other.place.activations, place.activations) < tolerance,
    );
    if (known >= 0) return known;
    const classification = await inTurns(classify(this.#landscape, place), turn);
    this.#points.push({ place, ...classification });
    return this.#points.length - 1;
  }
}

type WithEnergy = Pick<FixedPoint, "energy">;
const level = ({ energy }: WithEnergy): number => Number(energy.toPrecision(9));
/** Energies that differ by rounding count as equal, so that the order is the same everywhere. */
export const byEnergy = (a: WithEnergy, b: WithEnergy): number => level(a) - level(b);

function inOrder(a: FixedPoint, b: FixedPoint): number {
  return byEnergy(a, b) || a.index - b.index || b.share - a.share;
}

/** The largest difference of two vectors, as a part of `1 + |a|`. */
const apart = (a: StateVector, b: StateVector): number => largestChange(a, b) / (1 + largest(a));

function vectorsOf(
  { free }: Landscape,
  vectors: readonly ArrayLike<number>[],
  what: string,
): StateVector[] {
  const units = free.length;
  return vectors.map((vector, n) => {
    if (vector.length === units) return Float64Array.from(vector);
    throw new HamError(
      "ham/start-shape",
      `${what} ${n} of the census: expected ${units} numbers, one for every unit of all layers, found ${vector.length}.`,
    );
  });
}

function assertSmooth({ neurons }: EnergyGraph, { clamps = [] }: LandscapeSpace): void {
  const held = new Set(clamps.filter(({ where }) => where === null).map(({ neuron }) => neuron));
  const binary = neurons.find((neuron) => neuron.kind === "binary" && !held.has(neuron));
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
