import { lit, type Tensor } from "@hamlet/graph";
import { makeRecall } from "@hamlet/ham";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { changeBelow, identity, recallOf, setupOf, softmax, triangle, wired } from "../models.ts";
import { ran, solverOf } from "./running.ts";

beforeAll(() => useBackend("wasm"));

const W = [
  [1, 0.5, -0.3],
  [0.2, -1, 0.7],
  [-0.4, 0.6, 0.9],
];
const start = [0.5, -1, 2];

describe("alternate", () => {
  test("puts the other layer first, then the one that was started, each where it stands still", async () => {
    const { graph, layers, starts, weights } = wired([identity, softmax], [[0, 1]]);
    const { states, outcomes } = await ran({
      graph,
      values: new Map([[weights[0], W.flat()]]),
      starts: [[layers[0], starts[0], [start]]],
      solver: "alternate",
      recall: { steps: lit(1) },
    });
    // x₁ = Wᵀ x̂₀, then x₀ = W softmax(x₁).
    const hidden = [0, 1, 2].map((j) => start.reduce((total, x, i) => total + x * W[i][j], 0));
    const total = hidden.reduce((sum, x) => sum + Math.exp(x), 0);
    const seen = W.map((row) =>
      row.reduce((sum, w, j) => sum + (w * Math.exp(hidden[j])) / total, 0),
    );
    states.get(layers[1])![0].forEach((x, j) => expect(x).toBeCloseTo(hidden[j], 5));
    states.get(layers[0])![0].forEach((x, i) => expect(x).toBeCloseTo(seen[i], 5));
    expect(outcomes[0].firstIncrease).toBeNull();
  });

  test("ends in a fixed point that Euler leaves alone", async () => {
    const pairs = [
      [0, 1],
      [1, 2],
      [2, 3],
    ] as const;
    const { graph, layers, starts, weights } = wired([identity, softmax, softmax, softmax], pairs);
    const values = new Map(weights.map((weight) => [weight, W.flat()]));
    const first = await ran({
      graph,
      values,
      starts: [[layers[0], starts[0], [start]]],
      solver: "alternate",
      recall: { steps: lit(300), stop: changeBelow(1e-7) },
    });
    expect(first.outcomes[0].ending).toBe("converged");
    const after = await ran({
      graph,
      values,
      starts: layers.map((layer, n) => [layer, starts[n], first.states.get(layer)!] as const),
      solver: solverOf("euler", { dt: 0.1 }),
      recall: { steps: lit(50) },
    });
    for (const layer of layers) {
      after.states
        .get(layer)![0]
        .forEach((x, i) => expect(x).toBeCloseTo(first.states.get(layer)![0][i], 4));
    }
  });

  test("moves what a clamp leaves free, and colours around it", async () => {
    // A triangle of layers has no two colours; with one held it has.
    const pairs = [
      [0, 1],
      [1, 2],
      [0, 2],
    ] as const;
    const { graph, layers, starts, weights } = wired([identity, softmax, softmax], pairs);
    const clamps = [{ neuron: layers[0], indices: [], where: null, value: null }];
    const { states, outcomes } = await ran({
      graph,
      values: new Map(weights.map((weight) => [weight, W.flat()])),
      starts: [[layers[0], starts[0], [start, [1, 1, 1]]]],
      solver: "alternate",
      recall: { steps: lit(100), clamps, stop: changeBelow(1e-6) },
    });
    expect(states.get(layers[0])).toEqual([start, [1, 1, 1]]);
    expect(outcomes.map(({ ending }) => ending)).toEqual(["converged", "converged"]);
  });

  test("leaks nothing", async () => {
    const { graph, layers, starts, weights } = wired([identity, softmax], [[0, 1]]);
    const values = new Map([[weights[0], W.flat()]]);
    await expectNoLeak(() =>
      ran({ graph, values, starts: [[layers[0], starts[0], [start]]], solver: "alternate" }),
    );
  });
});

describe("alternate explains why it cannot run", () => {
  const made = (graph: Parameters<typeof makeRecall>[0]) => () => {
    const setup = setupOf(new Map<Tensor, readonly number[]>());
    try {
      makeRecall(graph, recallOf([], { solver: solverOf("alternate") }), setup);
    } finally {
      tf.dispose([...setup.values.values()]);
    }
  };

  test("where an odd cycle joins the layers", () => {
    const pairs = [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 0],
    ] as const;
    const { graph } = wired(Array(5).fill(softmax), pairs);
    expect(made(graph)).toThrowErrorMatchingInlineSnapshot(
      `[HamError: The recall "settle" moves by "alternate", but it needs layers of two colours, and an odd cycle joins them: x0 –(W01)– x1 –(W12)– x2 –(W23)– x3 –(W34)– x4 –(W40)– x0. Clamp one of these layers, or use adaptive.]`,
    );
  });

  test("where a synapse joins a layer to itself", () => {
    expect(made(triangle().graph)).toThrowErrorMatchingInlineSnapshot(
      `[HamError: The recall "settle" moves by "alternate", but it needs layers of two colours, and "lse" joins the layer "v" to itself. Clamp one of these layers, or use adaptive.]`,
    );
  });

  test("where a layer has no energy of its own", () => {
    const { graph } = wired([identity, softmax], [[0, 1]], { leak: false });
    expect(made(graph)).toThrowErrorMatchingInlineSnapshot(
      `[HamError: The recall "settle" moves by "alternate", but the layer "x0" has no energy of its own (leak = off), so it has no minimum while the others are held. Remove leak = off, or use adaptive.]`,
    );
  });
});
