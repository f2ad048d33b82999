// A hypergraph leaves no tensor behind, whichever operation fails.

import { makeDim } from "@hamlet/graph";
import { makeEnergyGraph, makeHypergraph, synDense } from "@hamlet/ham";
import { expectNoLeakOnFailure, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { makeNeuron } from "@hamlet/graph";
import { beforeAll, expect, test } from "vitest";
import { identity } from "./models.ts";

beforeAll(() => useBackend("cpu"));

const x = makeNeuron("x", [makeDim("D", 3)], identity);
const hidden = makeNeuron("hidden", [makeDim("H", 2)], identity);
const graph = makeEnergyGraph({
  neurons: [x, hidden],
  hypersynapses: { enc: synDense },
  connections: [[[x, hidden], "enc"]],
});

test("every function, for one example and for a batch", async () => {
  const ran = await expectNoLeakOnFailure(() => {
    using ham = makeHypergraph(graph);
    for (const batch of [undefined, 4]) {
      tf.tidy(() => {
        const states = ham.initStates(batch);
        const activations = ham.activations(states);
        ham.energyTree(activations, states);
        ham.energy(activations, states);
        ham.dEdact(activations, states);
      });
    }
  });
  expect(ran).toBeGreaterThan(20);
});

test("what it returns is all that is left", async () => {
  await expectNoLeakOnFailure(() => {
    using ham = makeHypergraph(graph);
    const owned: tf.TensorContainer[] = [];
    try {
      const states = ham.initStates(2);
      owned.push(states);
      const activations = ham.activations(states);
      owned.push(activations);
      const tree = ham.energyTree(activations, states);
      owned.push(tree.neurons, tree.connections);
      owned.push(ham.energy(activations, states));
    } finally {
      tf.dispose(owned);
    }
  });
});
