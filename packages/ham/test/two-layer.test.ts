// A hierarchical memory, whole descent, against the reference.

import {
  get,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { makeRecall } from "@hamlet/ham";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import reference from "../../../fixtures/two-layer-descent.json" with { type: "json" };
import { identity, recallOf, setupOf, softmax } from "./models.ts";

const D = makeDim("D", 7);
const L = makeDim("L", 8);
const H = makeDim("H", 9);
const [d, l, h] = [makeIndex("d", D), makeIndex("l", L), makeIndex("h", H)];
const input = makeNeuron("input", [D], identity);
const labels = makeNeuron("labels", [L], softmax);
const hidden = makeNeuron("hidden", [H], softmax);
const W1 = makeTensor("W1", "param", [D, H]);
const W2 = makeTensor("W2", "param", [L, H]);
const starts = [input, labels, hidden].map(
  (neuron) => [neuron, makeTensor(`${neuron.name}0`, "given", neuron.axes)] as const,
);
const graph = {
  dims: [D, L, H],
  tensors: [W1, W2, ...starts.map(([, tensor]) => tensor)],
  neurons: [input, labels, hidden],
  terms: [
    {
      name: "enc",
      energy: neg(
        sum([d, h], mul(get(W1, [d, h]), get(input.activation, [d]), get(hidden.activation, [h]))),
      ),
    },
    {
      name: "read",
      energy: neg(
        sum([l, h], mul(get(W2, [l, h]), get(labels.activation, [l]), get(hidden.activation, [h]))),
      ),
    },
  ],
  recalls: [],
};

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  test("forty steps reproduce every energy and the final states", async () => {
    await useBackend(backend);
    const setup = setupOf(
      new Map([
        [W1, reference.W_input_hidden.flat()],
        [W2, reference.W_labels_hidden.flat()],
      ]),
    );
    const givens = new Map<Tensor, tf.Tensor>(
      starts.map(([neuron, tensor]) => {
        const start = reference.start[neuron.name as keyof typeof reference.start];
        return [tensor, tf.tensor2d([start])];
      }),
    );
    using compiled = makeRecall(graph, recallOf(starts), setup);
    using result = await compiled.run({ givens });

    reference.energies_before_each_step.forEach((energy, step) => {
      expect(Math.abs(result.energies[step][0] - energy)).toBeLessThan(
        1e-5 * (1 + Math.abs(energy)),
      );
    });
    for (const neuron of graph.neurons) {
      const actual = await result.states.get(neuron)!.data();
      reference.final[neuron.name as keyof typeof reference.final].forEach((value, i) => {
        expect(Math.abs(actual[i] - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
      });
    }
    expect(result.outcomes[0].firstIncrease).toBeNull();
    tf.dispose([...setup.values.values(), ...givens.values()]);
  });
});
