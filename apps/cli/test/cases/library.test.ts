// Case 29, a model used from TypeScript: other backends between its recalls, and no tensor left.

import { HamError } from "@hamlet/graph";
import { loadModel } from "@hamlet/model";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";
import { casePath } from "./recall-case.ts";

const load = () =>
  loadModelFile(casePath("46-page-and-recall/three.ham"), { set: ["recall.settle.steps=50"] });

beforeEach(() => startBackend("wasm"));

async function valuesOf(model: Awaited<ReturnType<typeof load>>): Promise<number[]> {
  using result = await model.recall();
  const [v] = result.activations.values();
  return [...(await v.data()), ...result.outcomes.map(({ energyAfter }) => energyAfter)];
}

test("29: a model recalls the same after every change of the backend", async () => {
  using model = await load();
  const first = await valuesOf(model);
  for (const backend of ["cpu", "wasm", "cpu"]) {
    await startBackend(backend);
    const again = await valuesOf(model);
    again.forEach((x, k) => expect(x, backend).toBeCloseTo(first[k], 6));
  }
});

test("29: recalls in a loop keep the number of tensors, and a model takes all with it", async () => {
  const before = tf.memory().numTensors;
  const model = await load();
  const counts: number[] = [];
  for (let round = 0; round < 5; round++) {
    await valuesOf(model);
    counts.push(tf.memory().numTensors);
  }
  expect(new Set(counts).size).toBe(1);
  // Also when another backend is the current one by then.
  await startBackend("cpu");
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe("no examples", () => {
  const model = (solver: string, layer: string) =>
    loadModel({
      name: "m.ham",
      text: `ham 1
dim D = 2, K = 2
data xi: [K, D] = [[1, 0], [0, 1]]
given q: [D]
neuron v: [D] as ${layer}
energy e = -1/2 * sum[k] (sum[i] xi[k, i] * v[i])^2
recall go { start v = q solver = ${solver} steps = 5 record v every 2 }`,
    });
  const none = { q: { shape: [0, 2], data: new Float32Array(0) } };
  const one = { q: { shape: [1, 2], data: Float32Array.of(1, -1) } };

  test.each([
    ["euler(dt = 0.1)", "tanh"],
    ["heun(dt = 0.1)", "tanh"],
    ["rk4(dt = 0.1)", "tanh"],
    ["adaptive", "tanh"],
    ["anderson", "tanh"],
    ["cccp", "tanh"],
    ["langevin(dt = 0.1, temperature = 1)", "tanh"],
    ["async", "sign"],
    ["sync", "sign"],
    ["glauber(temperature = 1)", "sign"],
  ])("29: %s recalls none of them, and leaves no tensor", async (solver, layer) => {
    using loaded = await model(solver, layer);
    const before = tf.memory().numTensors;
    const run = async () => {
      using result = await loaded.recall({ givens: none });
      const [v] = result.activations.values();
      return { batch: result.batch, outcomes: result.outcomes, shape: v.shape };
    };
    expect(await run()).toEqual({ batch: 0, outcomes: [], shape: [0, 2] });
    // What is compiled is kept for the next recall.
    const kept = tf.memory().numTensors - before;
    await run();
    expect(tf.memory().numTensors - before).toBe(kept);
    expect((await loaded.energies({ givens: none })).batch).toBe(0);
  });

  test.each([NaN, 1.5, -1, Infinity])("29: nor is %d a number of them", async (batch) => {
    for (const [solver, layer] of [
      ["adaptive", "tanh"],
      ["async", "sign"],
    ]) {
      using loaded = await model(solver, layer);
      for (const recall of [
        loaded.recall({ batch, givens: one }),
        loaded.energies({ batch, givens: one }),
      ]) {
        const error: unknown = await recall.catch((reason: unknown) => reason);
        expect(HamError.isInstance(error) && error.code).toMatch(/ham\/bad-setting|too-large/);
      }
    }
  });
});

test.each([
  ["a given of another width", { givens: { query: { shape: [3], data: new Float32Array(3) } } }],
  ["a given that is none", { givens: { queery: { shape: [2], data: new Float32Array(2) } } }],
  ["a recall that is none", { recall: "setle" }],
])("29: %s is refused, and no tensor is left", async (_, options) => {
  using model = await load();
  await valuesOf(model);
  const before = tf.memory();
  await expect(model.recall(options)).rejects.toSatisfy((error) => HamError.isInstance(error));
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numBytes).toBe(before.numBytes);
});
