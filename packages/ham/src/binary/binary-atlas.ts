// The atlas of a binary memory: every state in which no flip lowers the energy, and what descends to it.

import {
  inTurns,
  type Key,
  key as keyOf,
  makeTurn,
  type Progress,
  type Signal,
  uniform,
  type Work,
} from "@hamlet/core";
import {
  add,
  assertNoDrive,
  type EnergyGraph,
  HamError,
  type Neuron,
  sizeOfDim,
} from "@hamlet/graph";
import { type ConfidenceInterval, wilsonInterval } from "../capacity/wilson.ts";
import { byEnergy } from "../fixed-points/census.ts";
import type { LandscapeSpace } from "../fixed-points/landscape.ts";
import { patternsOf } from "../fixed-points/starts.ts";
import { valuesOf } from "./binary-recall.ts";
import { FLIP_ROUNDING, type Unit } from "./binary-state.ts";
import { flipForm } from "./flip.ts";
import { type BinaryLayer, FlipState } from "./flip-state.ts";

/** A state in which no flip of a single unit lowers the energy. */
export interface BinaryMinimum {
  readonly energy: number;
  /** Row-major over the axes of each layer. */
  readonly states: ReadonlyMap<Neuron, Float64Array>;
  /** The part of all states that descend to it. */
  readonly share: number;
  /** Between these lies that part: the same number twice where every state was tried, else with 95%. */
  readonly basin: ConfidenceInterval;
  /** The stored pattern that it is, such as `xi[2]` or its negative `-xi[2]`; null for a spurious one. */
  readonly pattern: string | null;
}

/** All minima of a binary memory, or those that a sample of states descends to. */
export interface BinaryAtlas {
  /** By energy, lowest first. */
  readonly minima: readonly BinaryMinimum[];
  /** Whether every state was tried. */
  readonly exhaustive: boolean;
  /** States that descents began from. */
  readonly starts: number;
}

/** How an atlas of a binary memory looks. */
export interface BinaryAtlasOptions {
  /** Random states to descend from where there are too many to try all; default 1000. */
  readonly starts?: number;
  /** The most bits of which all states are tried; default and at most {@link EXHAUSTIVE_BITS}. */
  readonly bits?: number;
  readonly key?: Key;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: Signal;
}

/** The most bits of which all states are tried: 2²⁴ energies are 128 megabytes. */
export const EXHAUSTIVE_BITS = 24;

/** States between two turns of others; sums are taken anew as often, so that rounding cannot add up. */
const AT_ONCE = 4096;

/**
 * Finds the minima of a binary memory and the sizes of their basins under steepest descent: of all flips
 * the one that lowers the energy most is made, the first of equal ones, until none lowers it by more
 * than rounding. Recalls visit units in another order, and so may end elsewhere from the same start; the
 * minima are the same.
 * @throws HamError `ham/smooth-landscape` where a layer is not binary; `graph/driven`.
 */
export async function binaryAtlas(
  graph: EnergyGraph,
  space: LandscapeSpace,
  options: BinaryAtlasOptions = {},
): Promise<BinaryAtlas> {
  assertNoDrive(graph, "An atlas is drawn");
  const smooth = graph.neurons.find(({ kind }) => kind === "smooth");
  if (smooth !== undefined) {
    throw new HamError(
      "ham/smooth-landscape",
      `The layer "${smooth.name}" moves smoothly, so its states cannot be counted: expected layers of two values, such as sign. Look for fixed points instead.`,
    );
  }
  const memory = new BinaryMemory(graph, space);
  const { bits = EXHAUSTIVE_BITS } = options;
  const isSmall = memory.units.length <= Math.min(bits, EXHAUSTIVE_BITS);
  const search = isSmall ? allStates(memory, options) : someStates(memory, options);
  return inTurns(search, makeTurn(options.signal));
}

class BinaryMemory {
  readonly units: readonly Unit[];
  readonly #graph: EnergyGraph;
  readonly #space: LandscapeSpace;
  readonly #layers: readonly BinaryLayer[];
  readonly #form: ReturnType<typeof flipForm>;

  constructor(graph: EnergyGraph, space: LandscapeSpace) {
    this.#graph = graph;
    this.#space = space;
    const setup = { sizes: space.sizes, numbers: space.tensors, values: new Map() };
    this.#layers = graph.neurons.map((neuron) => ({ neuron, ...valuesOf(neuron, setup) }));
    this.#form = flipForm(
      add(...graph.terms.map(({ energy }) => energy)),
      new Map(this.#layers.map(({ neuron, low, high }) => [neuron.activation, [low, high]])),
    );
    this.units = graph.neurons.flatMap((neuron, layer) =>
      Array.from({ length: this.#sizeOf(neuron) }, (_, offset) => ({ layer, offset })),
    );
  }

  #sizeOf({ axes }: Neuron): number {
    return axes.reduce((total, dim) => total * sizeOfDim(dim, this.#space), 1);
  }

  /** A state from its bits, unit by unit. */
  at(isHigh: (unit: number) => boolean): FlipState {
    let unit = 0;
    const values = this.#layers.map(({ neuron, low, high }) =>
      Float64Array.from({ length: this.#sizeOf(neuron) }, () => (isHigh(unit++) ? high : low)),
    );
    const { sizes, tensors } = this.#space;
    return new FlipState({ form: this.#form, layers: this.#layers, sizes, tensors, values });
  }

  /** The states of every layer by name of the neuron, and the pattern that they are. */
  describe({ values }: FlipState): Pick<BinaryMinimum, "states" | "pattern"> {
    const states = new Map(this.#graph.neurons.map((neuron, i) => [neuron, values[i].slice()]));
    return { states, pattern: this.#patternOf(states) };
  }

  /** Of a memory of one layer; patterns of real numbers count by their sign. */
  #patternOf(states: ReadonlyMap<Neuron, Float64Array>): string | null {
    const [[neuron, state]] = states;
    if (states.size > 1) return null;
    const { high } = this.#layers[0];
    for (const tensor of patternsOf(this.#graph, neuron)) {
      const entries = Array.from(this.#space.tensors.get(tensor)!);
      for (let row = 0; row * state.length < entries.length; row++) {
        const own = entries.slice(row * state.length, (row + 1) * state.length);
        if (own.every((x, i) => x > 0 === (state[i] === high))) return `${tensor.name}[${row}]`;
        if (own.every((x, i) => x > 0 !== (state[i] === high))) return `-${tensor.name}[${row}]`;
      }
    }
    return null;
  }
}

function* allStates(memory: BinaryMemory, { onProgress }: BinaryAtlasOptions): Work<BinaryAtlas> {
  const bits = memory.units.length;
  const count = 2 ** bits;
  const energies = new Float64Array(count);
  // In the order of Gray's code every state is one flip from the one before.
  for (let from = 0; from < count; from += AT_ONCE) {
    const code = (k: number) => (k ^ (k >>> 1)) >>> 0;
    const state = memory.at((unit) => ((code(from) >>> unit) & 1) === 1);
    let energy = state.energy();
    energies[code(from)] = energy;
    for (let k = from + 1; k < Math.min(count, from + AT_ONCE); k++) {
      const unit = memory.units[31 - Math.clz32(k & -k)];
      energy += state.changeOf(unit);
      state.accept(unit);
      energies[code(k)] = energy;
    }
    onProgress?.({ done: (0.7 * (from + AT_ONCE)) / count, of: 1 });
    yield;
  }
  const rounding = FLIP_ROUNDING * energies.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const next = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    let [best, lowest] = [at, energies[at] - rounding];
    for (let unit = 0; unit < bits; unit++) {
      const there = (at ^ (1 << unit)) >>> 0;
      if (energies[there] < lowest) [best, lowest] = [there, energies[there]];
    }
    next[at] = best;
    if (at % AT_ONCE === 0) yield;
  }
  const sizes = new Map<number, number>();
  for (let at = 0; at < count; at++) {
    let end = at;
    while (next[end] !== end) end = next[end];
    // What lies behind is shorter for those who come this way later.
    for (let on = at; on !== end;) {
      const then = next[on];
      next[on] = end;
      on = then;
    }
    sizes.set(end, (sizes.get(end) ?? 0) + 1);
    if (at % AT_ONCE === 0) yield;
  }
  const minima = [...sizes].map(([at, size]): BinaryMinimum => {
    const state = memory.at((unit) => ((at >>> unit) & 1) === 1);
    const share = size / count;
    return {
      energy: energies[at],
      share,
      basin: { low: share, high: share },
      ...memory.describe(state),
    };
  });
  onProgress?.({ done: 1, of: 1 });
  return { minima: minima.toSorted(inOrder), exhaustive: true, starts: count };
}

function* someStates(
  memory: BinaryMemory,
  { starts = 1000, key = keyOf(0), onProgress }: BinaryAtlasOptions,
): Work<BinaryAtlas> {
  const { units } = memory;
  const drawn = uniform(key, starts * units.length);
  const found = new Map<string, { readonly state: FlipState; hits: number }>();
  for (let start = 0; start < starts; start++) {
    const state = memory.at((unit) => drawn[start * units.length + unit] < 0.5);
    for (let best: Unit | null = units[0]; best !== null;) {
      let lowest = 0;
      best = null;
      for (const unit of units) {
        if (!state.lowers(unit)) continue;
        const change = state.changeOf(unit);
        if (change < lowest) [best, lowest] = [unit, change];
      }
      if (best === null) break;
      state.changeOf(best);
      state.accept(best);
    }
    const name = state.values.join(";");
    const known = found.get(name);
    if (known === undefined) found.set(name, { state, hits: 1 });
    else known.hits++;
    onProgress?.({ done: start + 1, of: starts });
    yield;
  }
  const minima = [...found.values()].map(({ state, hits }): BinaryMinimum => ({
    energy: state.energy(),
    share: hits / starts,
    basin: wilsonInterval(hits, starts),
    ...memory.describe(state),
  }));
  return { minima: minima.toSorted(inOrder), exhaustive: false, starts };
}

/** Of equal energies the larger basin comes first. */
const inOrder = (a: BinaryMinimum, b: BinaryMinimum): number => byEnergy(a, b) || b.share - a.share;
