// The fixed points of the layer that a landscape shows.

import type { Progress } from "@hamlet/core";
import { census, type FixedPoint, type FixedPointKind } from "@hamlet/ham";
import { HamError, type Neuron } from "@hamlet/graph";
import type { Model } from "@hamlet/model";
import { entriesOf } from "./field.ts";
import { type Path, restPoints } from "./paths.ts";

/** A point where the state of the layer stands still. */
export interface LayerPoint {
  /** Null where only ways down were followed: see {@link layerPoints}. */
  readonly kind: FixedPointKind | null;
  readonly state: Float64Array;
  readonly energy: number;
  /** How many of the ways down end there. */
  readonly paths: number;
}

/** States closer than this part of the extent are one. */
const SAME = 0.01;

/**
 * The fixed points of one layer while all others stay at 0, lowest first: those of `ham fixed-points`
 * where there is no other layer. Of a model with more units than a census takes, only the ends of the
 * ways down.
 * @param starts - where the ways down begin; searches begin there as well.
 */
export async function layerPoints(
  model: Model,
  neuron: Neuron,
  about: {
    readonly paths: readonly Path[];
    readonly starts: readonly Float64Array[];
    readonly extent: number;
    readonly onProgress: (progress: Progress) => void;
  },
): Promise<LayerPoint[]> {
  const { graph, sizes } = model;
  const { paths, starts, extent, onProgress } = about;
  const counts = graph.neurons.map(({ axes }) => axes.reduce((n, dim) => n * sizes.get(dim)!, 1));
  const units = counts.reduce((total, count) => total + count, 0);
  const ends = restPoints(paths, extent);
  const own = graph.neurons.indexOf(neuron);
  const before = counts.slice(0, own).reduce((total, count) => total + count, 0);
  const clamps = graph.neurons
    .filter((layer) => layer !== neuron)
    .map((layer) => ({ neuron: layer, indices: [], where: null, value: null }));
  const seeds = starts.map((start) => {
    const seed = new Float64Array(units);
    seed.set(start, before);
    return seed;
  });
  const space = { sizes, tensors: entriesOf(model), clamps };
  let points: readonly FixedPoint[];
  try {
    ({ points } = await census(graph, space, { seeds, onProgress }));
  } catch (error) {
    if (!HamError.isInstance(error) || error.code !== "ham/too-many-units") throw error;
    return ends.map((end) => ({ kind: null, ...end }));
  }
  return points.map(({ kind, energy, states }) => {
    const state = states.get(neuron)!;
    const near = ends.filter((end) => distance(end.state, state) < SAME * extent);
    const [end] = near.toSorted((a, b) => distance(a.state, state) - distance(b.state, state));
    return { kind, state, energy, paths: end?.paths ?? 0 };
  });
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, entry, d) => sum + (entry - b[d]) ** 2, 0));
}
