// A batch that is recalled part by part is the batch that is recalled as a whole, bit by bit.

import { makeTurn } from "@hamlet/core";
import { type Among, RECALL_ENGINES } from "@hamlet/ham";
import { loadModel, type Model, type ModelRecallResult } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { law } from "../../../tools/law.ts";

beforeAll(() => useBackend("wasm"));

const SMOOTH = (recall: string) => `ham 1
dim D = 5, K = 300
const beta: real > 0 = 4
param xi: [K, D] ~ normal(0, 1)
given query: [D]
neuron v: [D] as identity
connect memory: lse(v, xi = xi, beta = beta)
recall go { ${recall} }
`;
const BINARY = (recall: string) => `ham 1
dim D = 12, K = 3
const beta: real > 0 = 1
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as sign
energy memory = -beta * sum[m] (sum[i] xi[m, i] * v[i])^2
recall go { start v ~ normal(0, 1) ${recall} }
`;

/** What a part could get wrong: who stopped when, what is drawn, what changes with time or at the end. */
const MODELS = [
  SMOOTH("start v = query solver = euler(dt = 0.3) steps = 60 stop when change < 1e-2"),
  SMOOTH(
    "start v ~ normal(0, 1) solver = adaptive steps = 40 stop when change < 1e-2 record v every 3",
  ),
  SMOOTH(
    "start v ~ uniform(0, 1) solver = langevin(dt = 0.05, temperature = 0.1) steps = 9 record v",
  ),
  SMOOTH(
    "start v = query solver = euler(dt = 0.3) steps = 60 schedule beta = 1 + 9 * t stop when change < 1e-2 record energy every 2",
  ),
  SMOOTH("start v = query solver = cccp(newton = 2) steps = 30 stop when change < 1e-1 record v"),
  BINARY("solver = async steps = 90 record v every 4"),
  BINARY("solver = sync steps = 20 record flips"),
  BINARY(
    "solver = glauber(temperature = 2) steps = 60 schedule beta = 1 - t / 2 stop when step > 30 record v",
  ),
];

const QUERIES = (row: number) => Array.from({ length: 5 }, (_, i) => Math.sin(7 * row + i));

/** How parts of one process tell each other how far they are. */
function tell(parts: number): Among["lastStep"][] {
  const moved = Array.from({ length: parts }, () => -1);
  const ends = Array.from({ length: parts }, () => -1);
  const turn = makeTurn();
  return moved.map((_, part) => (step, ended) => {
    if (ended === null) {
      moved[part] = step;
      return null;
    }
    if (ends[part] < 0) ends[part] = ended;
    return (async () => {
      for (;;) {
        if (ends.every((end) => end >= 0)) {
          const last = Math.max(...ends);
          return last > step ? null : last;
        }
        if (moved.some((other) => other >= step)) return null;
        await turn();
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
  });
}

type Part = { readonly from: number; readonly to: number; readonly among?: Among };

async function recall(model: Model, engine: string, { from, to, among }: Part) {
  const rows = Array.from({ length: to - from }, (_, b) => QUERIES(from + b));
  const isGiven = model.graph.tensors.some(({ kind }) => kind === "given");
  using result = await model.recall({
    engine: engine as (typeof RECALL_ENGINES)[number],
    batch: to - from,
    ...(isGiven ? { givens: { query: { shape: [to - from, 5], data: rows.flat() } } } : {}),
    ...(among === undefined ? {} : { among }),
  });
  return rowsOf(result);
}

/** All that a result says of each of its examples. */
function rowsOf(result: ModelRecallResult) {
  const { batch, states, activations, outcomes, energies, energySteps, trajectories } = result;
  const row = (tensor: tf.Tensor, axis: number, b: number) =>
    Array.from(tf.tidy(() => tf.gather(tensor, [b], axis).dataSync()));
  return Array.from({ length: batch }, (_, b) => ({
    layers: [...states.values(), ...activations.values()].map((layer) => row(layer, 0, b)),
    outcome: outcomes[b],
    energies: energies.map((energy) => energy[b]),
    energySteps,
    paths: [...trajectories.values()].map(({ steps, activations: path }) => [
      steps,
      row(path, 1, b),
    ]),
    flips: result.flips?.[b].flips.map(({ step, unit }) => [step, unit]),
  }));
}

test("parts of a batch have the bits of the whole", async () => {
  const cases = fc.record({
    text: fc.constantFrom(...MODELS),
    engine: fc.constantFrom("simd", "tensors", "float64"),
    counts: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
  });
  await law(
    fc.asyncProperty(cases, async ({ text, engine, counts }) => {
      const before = tf.memory().numTensors;
      const model = await loadModel({ name: "m.ham", text });
      const of = counts.reduce((sum, count) => sum + count);
      const whole = await recall(model, engine, { from: 0, to: of });
      const told = tell(counts.length);
      const parts = await Promise.all(
        counts.map((count, part) => {
          const from = counts.slice(0, part).reduce((sum, one) => sum + one, 0);
          const among = { from, of, lastStep: told[part] };
          return recall(model, engine, { from, to: from + count, among });
        }),
      );
      expect(parts.flat()).toEqual(whole);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }),
    24,
  );
});
