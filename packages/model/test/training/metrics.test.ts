// Metrics of a training: what they measure, against the same by hand from the ends of recalls.

import { key, normal, readCheckpoint, writeNpy } from "@hamlet/core";
import { loadModel, type ModelFiles, type ModelTrainOptions } from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";

const [COUNT, D, C] = [20, 4, 3];

const TEXT = `ham 1
dim D = ${D}, C = ${C}
given image: [D] from "image.npy"
given label: int from "label.npy"
given hot: [C] from "hot.npy"
param W: [C, D] ~ normal(0, 1)
neuron y: [C] as softmax
energy read = -2 * sum[c, i] W[c, i] * image[i] * y[c]
recall answer {
  start y[c] = 0
  solver = euler(dt = 0.5)
  steps = 12
}
train learn {
  unroll = answer
  loss = -log(sum[c] hot[c] * y[c] + 1e-3)
  metric accuracy = correct(y, label)
  metric alike = correct(y, hot)
  metric recall_quality = overlap(y, hot)
  metric exact = close(y, hot, 0.3)
  metric certain = max[c] y[c]
  optimiser = adam(lr = 0.05)
  batch = 5
  epochs = 6
}
`;

const LABELS = Array.from({ length: COUNT }, (_, n) => n % C);
const HOT = LABELS.map((label) => Array.from({ length: C }, (_, c) => Number(c === label)));
const IMAGES = Float32Array.from(normal(key(4), COUNT * D), (x, k) => {
  return 0.4 * x + (k % D === LABELS[Math.floor(k / D)] ? 1 : 0);
});
const contents: Record<string, Uint8Array> = {
  "image.npy": writeNpy({ shape: [COUNT, D], dtype: "float32", data: IMAGES }),
  "label.npy": writeNpy({ shape: [COUNT], dtype: "int32", data: Int32Array.from(LABELS) }),
  "hot.npy": writeNpy({ shape: [COUNT, C], dtype: "float32", data: Float32Array.from(HOT.flat()) }),
};
const files: ModelFiles = {
  read: (path) => Promise.resolve(contents[path] ?? { path, folder: "memory", near: null }),
};
const load = (text = TEXT) => loadModel({ name: "m.ham", text }, { files });

beforeAll(() => useBackend("wasm"));

async function trained(options: ModelTrainOptions = {}, text = TEXT) {
  using model = await load(text);
  using result = await model.train(options);
  const { metrics, losses, validation } = result;
  return { metrics, losses, validation, checkpoint: await result.checkpoint() };
}

/** The metrics of the block, by hand, from where recalls end with the params as they start. */
async function byHand(): Promise<Record<string, number>> {
  using model = await load();
  using result = await model.recall();
  const [y] = model.graph.neurons;
  const activations = await result.activations.get(y)!.data();
  const rows = LABELS.map((_, n) => [...activations.subarray(n * C, (n + 1) * C)]);
  const mean = (of: (row: number[], n: number) => number) =>
    rows.reduce((total, row, n) => total + of(row, n), 0) / COUNT;
  const dot = (a: number[], b: number[]) => a.reduce((total, x, i) => total + x * b[i], 0);
  return {
    accuracy: mean((row, n) => Number(row.indexOf(Math.max(...row)) === LABELS[n])),
    alike: mean((row, n) => Number(row.indexOf(Math.max(...row)) === LABELS[n])),
    recall_quality: mean((row, n) => dot(row, HOT[n]) / Math.sqrt(dot(row, row))),
    exact: mean((row, n) => Number(row.every((x, c) => Math.abs(x - HOT[n][c]) <= 0.3))),
    certain: mean((row) => Math.max(...row)),
  };
}

test("before the first step they are what the ends of recalls give", async () => {
  const heldOut = {
    image: { shape: [COUNT, D], data: IMAGES },
    label: { shape: [COUNT], data: Float32Array.from(LABELS) },
    hot: { shape: [COUNT, C], data: Float32Array.from(HOT.flat()) },
  };
  const { metrics, validation } = await expectNoLeak(() => trained({ heldOut }));
  const expected = await byHand();
  expect([...metrics.keys()]).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    expect(metrics.get(name)!.validation).toHaveLength(validation.length);
    expect(metrics.get(name)!.validation[0]).toBeCloseTo(value, 5);
  }
  expect(metrics.get("accuracy")!.validation.at(-1)).toBeGreaterThan(expected.accuracy);
});

test.each(["implicit()", "equilibrium()"])("%s measures what unroll does", async (gradient) => {
  const text = TEXT.replace("  batch", `  gradient = ${gradient}\n  batch`);
  const [a, b] = [await trained({ epochs: 1 }), await trained({ epochs: 1 }, text)];
  for (const [name, { minibatches }] of a.metrics) {
    expect(minibatches).toHaveLength(4);
    expect(b.metrics.get(name)!.minibatches[0]).toBeCloseTo(minibatches[0], 5);
  }
});

test("they change nothing of what is learned, and go on from a checkpoint", async () => {
  const without = TEXT.replaceAll(/ {2}metric .*\n/g, "");
  const [a, b] = [await trained(), await trained({}, without)];
  expect(b.losses).toEqual(a.losses);
  expect(b.metrics.size).toBe(0);
  const half = await trained({ epochs: 3 });
  const rest = await trained({ resume: half.checkpoint });
  expect(rest.metrics).toEqual(a.metrics);
  expect(readCheckpoint(rest.checkpoint)).toEqual(readCheckpoint(a.checkpoint));
  // What was not measured before is no number.
  const later = await trained({ resume: (await trained({ epochs: 3 }, without)).checkpoint });
  const { minibatches } = later.metrics.get("accuracy")!;
  expect(minibatches.slice(0, 12).every(Number.isNaN)).toBe(true);
  expect(minibatches.slice(12)).toEqual(a.metrics.get("accuracy")!.minibatches.slice(12));
});

test("entries that are equally large share a label", async () => {
  const { metrics } = await trained({ epochs: 1 }, TEXT.replace("~ normal(0, 1)", "= 0"));
  for (const name of ["accuracy", "alike"]) {
    expect(metrics.get(name)!.minibatches[0]).toBeCloseTo(1 / C, 6);
  }
});

test.each([
  ["metric accuracy = y[c]", "a metric is one number"],
  ["metric accuracy = overlap(y, image)", "image"],
  ["metric accuracy = correct(y)", "`correct` takes 2 arguments, but 1 is given"],
  ["metric loss = 1", "every training tells its `loss`"],
  ["metric alike = 1", "there are two metrics called `alike`"],
  ["metrics = 3", "has no option called `metrics`"],
])("%s is a mistake that is explained", async (line, message) => {
  const text = TEXT.replace("metric accuracy = correct(y, label)", line);
  await expect(load(text)).rejects.toThrow(message);
});
