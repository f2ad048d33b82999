// The end of a recall, polished by Newton steps: example after example, in float64.

import { inTurns, type Turn } from "@hamlet/core";
import { type EnergyGraph, evaluateScalar, type Recall, type Tensor } from "@hamlet/graph";
import type { Entries } from "../recall/engine.ts";
import type { RecallOptions, RecallSetup } from "../recall/recall.ts";
import { makeLandscape, type StateVector } from "./landscape.ts";
import { polish } from "./polish.ts";

/** The states of every layer after at most `steps` Newton steps from given ones. */
export async function polishEnd(
  graph: EnergyGraph,
  recall: Recall,
  setup: RecallSetup,
  { states, time, batch }: PolishFrom,
  {
    givens = new Map(),
    steps,
    turn,
  }: Pick<RecallOptions, "givens"> & { readonly steps: number; readonly turn: Turn },
): Promise<Entries[]> {
  const fed = await Promise.all(
    [...givens.values()].map(async (tensor) => (await tensor.data()) as Float32Array),
  );
  const names = [...givens.keys()];
  const scheduled = recall.schedules.map(({ tensor, value }): [Tensor, number[]] => {
    const tensors = setup.numbers;
    return [tensor, [evaluateScalar(value, { sizes: setup.sizes, tensors, time })]];
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
  return [...states];
}

/** Where a recall ended: the states of every layer, `[batch, …axes]`, which are written to. */
interface PolishFrom {
  readonly states: readonly Entries[];
  readonly time: number;
  readonly batch: number;
}

function example(values: Entries, b: number, batch: number): Entries {
  const count = values.length / batch;
  return values.subarray(b * count, (b + 1) * count);
}

function joined(layers: readonly Entries[]): StateVector {
  const all = new Float64Array(layers.reduce((total, layer) => total + layer.length, 0));
  let at = 0;
  for (const layer of layers) {
    all.set(layer, at);
    at += layer.length;
  }
  return all;
}
