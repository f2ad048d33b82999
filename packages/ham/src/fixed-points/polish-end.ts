// The end of a recall, polished by Newton steps: example after example, in float64.

import { inTurns, type Turn } from "@hamlet/core";
import {
  type EnergyGraph,
  evaluateScalar,
  type Neuron,
  type Recall,
  type Tensor,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import type { RecallOptions, RecallSetup, RecallStep } from "../recall/recall.ts";
import { makeLandscape, type StateVector } from "./landscape.ts";
import { polish } from "./polish.ts";

/** The states after at most `steps` Newton steps, one fresh tensor a layer. */
export async function polishEnd(
  graph: EnergyGraph,
  recall: Recall,
  setup: RecallSetup,
  end: RecallStep,
  {
    givens = new Map(),
    steps,
    turn,
  }: Pick<RecallOptions, "givens"> & { readonly steps: number; readonly turn: Turn },
): Promise<Map<Neuron, tf.Tensor>> {
  const batch = end.energy.shape[0];
  const read = async (tensors: Iterable<[unknown, tf.Tensor]>) =>
    Promise.all([...tensors].map(async ([, tensor]) => (await tensor.data()) as Float32Array));
  const [fed, states] = [await read(givens), await read(end.states)];
  const names = [...givens.keys()];
  const scheduled = recall.schedules.map(({ tensor, value }): [Tensor, number[]] => {
    const tensors = setup.numbers;
    return [tensor, [evaluateScalar(value, { sizes: setup.sizes, tensors, time: end.time })]];
  });
  for (let b = 0; b < batch; b++) {
    const own = names.map((tensor, i) => [tensor, example(fed[i], b, batch)] as const);
    const tensors = new Map([...setup.numbers, ...own, ...scheduled]);
    const landscape = makeLandscape(graph, {
      sizes: setup.sizes,
      tensors,
      clamps: recall.clamps,
    });
    const start = joined(states.map((layer) => example(layer, b, batch)));
    if (!start.every(Number.isFinite)) continue;
    const { states: polished } = await inTurns(polish(landscape, start, steps), turn);
    states.forEach((layer, i) => {
      const count = layer.length / batch;
      const from = landscape.offsets[i];
      layer.set(polished.subarray(from, from + count), b * count);
    });
  }
  return new Map(
    [...end.states].map(([neuron, { shape }], i) => [neuron, tf.tensor(states[i], shape)]),
  );
}

function example(values: Float32Array, b: number, batch: number): Float32Array {
  const count = values.length / batch;
  return values.subarray(b * count, (b + 1) * count);
}

function joined(layers: readonly Float32Array[]): StateVector {
  const all = new Float64Array(layers.reduce((total, layer) => total + layer.length, 0));
  let at = 0;
  for (const layer of layers) {
    all.set(layer, at);
    at += layer.length;
  }
  return all;
}
