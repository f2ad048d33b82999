// Where a search begins: at random, and among the patterns of a model.

import { foldIn, type Key, normal, randint, uniform, type Work } from "@hamlet/core";
import type { EnergyGraph, Neuron, Tensor } from "@hamlet/graph";
import { equidistantPoints } from "./equidistant.ts";
import type { Landscape, LandscapeSpace, StateVector } from "./landscape.ts";

/** So many vectors of independent normal numbers of a spread; 0 for units that are held. */
export function randomStarts(
  { free }: Landscape,
  count: number,
  { spread = 1, key }: { readonly spread?: number; readonly key: Key },
): StateVector[] {
  const units = free.length;
  const drawn = normal(key, [count, units]);
  return Array.from({ length: count }, (_, n) =>
    Float64Array.from(free, (moves, i) => (moves === 0 ? 0 : spread * drawn[n * units + i])),
  );
}

/**
 * The patterns, their mean, and `count` random mixtures of three of them. All fixed points of a memory
 * whose states are pulled to means of its patterns lie among these.
 */
export function startsAmong(
  patterns: readonly StateVector[],
  { count, key }: { readonly count: number; readonly key: Key },
): StateVector[] {
  const which = randint(foldIn(key, 0), 3 * count, 0, patterns.length);
  const parts = uniform(foldIn(key, 1), 3 * count, { min: 0.01 });
  const mixtures = Array.from({ length: count }, (_, s) => {
    const weights = [0, 1, 2].map((j) => -Math.log(parts[3 * s + j]));
    const total = weights.reduce((sum, weight) => sum + weight) || 1;
    const mixed = [0, 1, 2].map((j) => patterns[which[3 * s + j]]);
    return patterns[0].map((_, i) =>
      weights.reduce((sum, weight, j) => sum + (weight / total) * mixed[j][i], 0),
    );
  });
  return [...patterns, meanOf(patterns), ...mixtures];
}

function meanOf(patterns: readonly StateVector[]): StateVector {
  return patterns[0].map(
    (_, i) => patterns.reduce((sum, pattern) => sum + pattern[i], 0) / patterns.length,
  );
}

/** The data and params that hold patterns of a layer: one a row, in the shape of the layer. */
export function patternsOf({ tensors }: EnergyGraph, neuron: Neuron): Tensor[] {
  return tensors.filter(
    ({ kind, axes }) =>
      (kind === "data" || kind === "param") &&
      axes.length === neuron.axes.length + 1 &&
      neuron.axes.every((dim, i) => axes[i + 1] === dim),
  );
}

/** Patterns of one tensor, and points equally far from several of them, that a search begins at. */
const [PATTERNS, MIDDLES] = [50, 50];

/** The patterns in the data and params of a model, their mean, and points equally far from several. */
export function* ownStarts(
  landscape: Landscape,
  graph: EnergyGraph,
  { tensors, key }: Pick<LandscapeSpace, "tensors"> & { readonly key: Key },
): Work<StateVector[]> {
  const { offsets, free } = landscape;
  const starts: StateVector[] = [];
  for (const [layer, neuron] of graph.neurons.entries()) {
    const [from, to] = [offsets[layer], offsets[layer + 1]];
    for (const [t, tensor] of patternsOf(graph, neuron).entries()) {
      const patterns = rowsOf(tensors.get(tensor)!, to - from);
      if (patterns.length === 0) continue;
      const middles = yield* equidistantPoints(patterns, foldIn(key, t));
      for (const pattern of [...patterns, meanOf(patterns), ...middles.slice(0, MIDDLES)]) {
        const start = new Float64Array(free.length);
        start.set(pattern, from);
        starts.push(start.map((x, i) => (free[i] === 0 ? 0 : x)));
      }
    }
  }
  return starts;
}

function rowsOf(entries: ArrayLike<number>, width: number): StateVector[] {
  const count = Math.min(PATTERNS, entries.length / width);
  return Array.from({ length: count }, (_, mu) =>
    Float64Array.from({ length: width }, (__, i) => entries[mu * width + i]),
  );
}
