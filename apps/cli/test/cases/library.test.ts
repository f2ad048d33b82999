// Case 29, a model used from TypeScript: other backends between its recalls, and no tensor left.

import { HamError } from "@hamlet/graph";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, expect, test } from "vitest";
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
