// The whole catalogue of Lagrangians in float32: as in the float64 interpreter, and far out.

import { activationOf, evaluate, evaluateScalar, makeDim, makeNeuron } from "@hamlet/graph";
import { makeEnergyGraph, makeHypergraph } from "@hamlet/ham";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

/** Several examples of one layer [2, 4]; the last ones are a million large. */
const STATES = [
  [0.3, -1.2, 0.8, 0.1, 2.5, -0.4, 0.6, -2.1],
  [0, 0, 0, 0, 1, 1, 1, 1],
  [-3, -4, -5, -6, 5, 0.25, -0.5, 4.9],
  [1e6, -1e6, 999_999.5, 0, -1e6, -1e6, -1e6, -1e6],
];
/** The numbers that these stand for are themselves beyond float32. */
const UNBOUNDED = ["exp", "rexp"];

const neuronOf = (definition: (typeof LAGRANGIANS)[number]) => {
  const D = makeDim("D", 4);
  const over = definition.coupled ? { over: [D] } : {};
  const options: Record<string, number> = definition.name === "repu" ? { n: 3 } : {};
  return makeNeuron("x", [makeDim("N", 2), D], definition, { options, ...over });
};

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(LAGRANGIANS.map((definition) => [definition.name, definition] as const))(
    "%s computes a batch as the interpreter computes each example",
    (name, definition) => {
      const neuron = neuronOf(definition);
      const graph = makeEnergyGraph({ neurons: [neuron], hypersynapses: {}, connections: [] });
      const states = UNBOUNDED.includes(name) ? STATES.slice(0, -1) : STATES;
      expectNoLeak(() => {
        using ham = makeHypergraph(graph);
        const xs = { x: tf.tensor(states.flat(), [states.length, 2, 4]) };
        const xhats = ham.activations(xs);
        const { x: own } = ham.neuronEnergies(xhats, xs);
        const [found, energies] = [xhats["x"].dataSync(), own.dataSync()];
        states.forEach((state, k) => {
          const tensors = new Map([[neuron.state, state]]);
          const { indices, value } = activationOf(neuron);
          const { data } = evaluate(value, { tensors }, indices);
          const largest = Math.max(1, ...data.map(Math.abs));
          // A state is known to half a unit in its last place, and activations are as steep as 1.
          const rounding = 2 ** -24 * Math.max(...state.map(Math.abs));
          data.forEach((expected, i) => {
            const error = Math.abs(found[k * 8 + i] - expected) / largest;
            expect(error, `activation ${i} of example ${k}`).toBeLessThan(1e-5 + rounding);
          });
          // The energy is one of the activations that it is given.
          const product = state.reduce((total, x, i) => total + x * found[k * 8 + i], 0);
          const lagrangian = evaluateScalar(neuron.lagrangian, { tensors });
          // Its parts cancel, so their size is what rounding is measured by.
          const size = state.reduce(
            (total, x, i) => total + Math.abs(x * found[k * 8 + i]),
            1 + Math.abs(lagrangian),
          );
          expect(Math.abs(energies[k] - (product - lagrangian)) / size).toBeLessThan(1e-5);
        });
        tf.dispose([xs, xhats, own]);
      });
    },
  );
});
