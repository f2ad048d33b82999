// Where descents from many starts end: one recall by `adaptive`, all starts as one batch.

import type { Signal } from "@hamlet/core";
import {
  apply,
  type EnergyGraph,
  get,
  indicesOf,
  lit,
  makeTensor,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
  sizeOfDim,
  type Tensor,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { makeRecall } from "../recall/make-recall.ts";
import type { RecallSetup } from "../recall/recall.ts";
import type { Landscape, StateVector } from "./landscape.ts";

const STEPS = 2000;

/** The states at the end of the descent from every start. */
export async function descend(
  graph: EnergyGraph,
  setup: RecallSetup,
  { neurons, offsets }: Landscape,
  { starts, signal }: { starts: readonly StateVector[]; signal: Signal | undefined },
): Promise<StateVector[]> {
  const batch = starts.length;
  if (batch === 0) return [];
  const fed = neurons.map((neuron) => makeTensor(`start of ${neuron.name}`, "given", neuron.axes));
  const owned: tf.Tensor[] = [];
  const give = (tensor: Tensor, entry: (example: number, i: number) => number): tf.Tensor => {
    const shape = tensor.axes.map((dim) => sizeOfDim(dim, setup));
    const count = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: batch * count }, (_, n) =>
      entry(Math.floor(n / count), n % count),
    );
    const value = tf.tensor(data, [batch, ...shape], "float32");
    owned.push(value);
    return value;
  };
  try {
    const givens = new Map<Tensor, tf.Tensor>();
    for (const tensor of graph.tensors.filter(({ kind }) => kind === "given")) {
      const values = setup.numbers.get(tensor);
      if (values !== undefined)
        givens.set(
          tensor,
          give(tensor, (_, i) => values[i]),
        );
    }
    fed.forEach((tensor, layer) =>
      givens.set(
        tensor,
        give(tensor, (b, i) => starts[b][offsets[layer] + i]),
      ),
    );
    using compiled = makeRecall(graph, recallFrom(neurons, fed), setup);
    using result = await compiled.run({ givens, ...(signal === undefined ? {} : { signal }) });
    const states = await Promise.all(neurons.map((neuron) => result.states.get(neuron)!.data()));
    return starts.map((_, b) => {
      const end = new Float64Array(offsets.at(-1)!);
      states.forEach((values, layer) => {
        const count = values.length / batch;
        end.set(values.subarray(b * count, (b + 1) * count), offsets[layer]);
      });
      return end;
    });
  } finally {
    tf.dispose(owned);
  }
}

function recallFrom(neurons: readonly Neuron[], fed: readonly Tensor[]): Recall {
  return {
    name: "descend",
    starts: neurons.map((neuron, i) => {
      const indices = indicesOf(neuron.axes);
      return { neuron, from: "value", indices, value: get(fed[i], indices) };
    }),
    clamps: [],
    solver: { name: "adaptive", options: new Map([["dt", lit(0.5)]]) },
    steps: lit(STEPS),
    stop: apply("lt", get(RECALL_QUANTITIES.change), lit(1e-6)),
    schedules: [],
    record: [{ name: "energy", every: STEPS }],
    returns: [],
  };
}
