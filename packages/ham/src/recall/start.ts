// Where a recall starts from.

import { foldIn, type Key } from "@hamlet/core";
import {
  type EnergyGraph,
  evaluateScalar,
  type Neuron,
  type Recall,
  sizeOfDim,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { drawEntries } from "./draw.ts";
import type { RecallSetup } from "./recall.ts";

/**
 * The states before the first step, one `[B, …axes]` a layer: what was `computed` from a formula,
 * else draws, else 0. The caller disposes them.
 */
export function startStates(
  graph: EnergyGraph,
  recall: Recall,
  { sizes, numbers }: Pick<RecallSetup, "sizes" | "numbers">,
  from: {
    readonly computed: ReadonlyMap<string, tf.Tensor>;
    readonly batch: number;
    readonly key: Key;
  },
): tf.Tensor[] {
  return graph.neurons.map((neuron, i) => {
    const value = from.computed.get(neuron.name);
    if (value !== undefined) return value;
    const shape = [from.batch, ...neuron.axes.map((dim) => sizeOfDim(dim, { sizes }))];
    const drawn = drawnStart(recall, { sizes, numbers }, neuron, foldIn(from.key, i), from.batch);
    return drawn === null ? tf.zeros(shape) : tf.tensor(drawn, shape, "float32");
  });
}

/** The states of a layer that the recall draws, `[batch, …axes]`; null for one that it does not draw. */
export function drawnStart(
  recall: Recall,
  { sizes, numbers }: Pick<RecallSetup, "sizes" | "numbers">,
  neuron: Neuron,
  key: Key,
  batch: number,
): Float32Array | null {
  const start = recall.starts.find((item) => item.neuron === neuron);
  if (start?.from !== "draw") return null;
  const shape = [batch, ...neuron.axes.map((dim) => sizeOfDim(dim, { sizes }))];
  const args = start.args.map((arg) => evaluateScalar(arg, { sizes, tensors: numbers }));
  return drawEntries(start.distribution, args, shape, key);
}
