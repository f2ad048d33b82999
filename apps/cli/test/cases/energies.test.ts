// Energies of given states, without a step.

import { fileURLToPath } from "node:url";
import { loadModel } from "@hamlet/model";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, test } from "vitest";

const CASE = fileURLToPath(
  new URL("../../../../fixtures/cases/13-energy-constants/", import.meta.url),
);

beforeAll(() => tf.setBackend("cpu"));

test("an energy with constants in it, for three examples", async () => {
  using model = await loadModelFile(`${CASE}e.ham`);
  const { batch, parts, total } = await model.energies({ recall: "look" });
  expect(batch).toBe(3);
  expect(parts.map(({ name, kind }) => `${kind} ${name}`)).toEqual(["leak v", "energy lse"]);
  [4.271152, 5.545532, 7.584233].forEach((right, b) => {
    expect(Math.abs(total[b] - right)).toBeLessThan(2e-6);
  });
});

/** The three right values of the case: computed in float64. */
const RIGHT = [4.271152, 5.545532, 7.584233];

test.each(["e.ham", "separate.ham"])("a recall of no steps tells them: %s", async (name) => {
  using model = await loadModelFile(`${CASE}${name}`);
  using result = await model.recall({ recall: "only" });
  expect(result.outcomes.map(({ steps }) => steps)).toEqual([0, 0, 0]);
  result.outcomes.forEach(({ energyBefore, energyAfter }, b) => {
    expect(energyAfter).toBe(energyBefore);
    expect(Math.abs(energyAfter - RIGHT[b])).toBeLessThan(2e-6);
  });
  // The states are those that were given.
  const [v] = result.activations.values();
  expect([...(await v.data())]).toEqual([...model.entries("q").data]);
});

test("a constant as an energy of its own is told apart, and moves nothing", async () => {
  using one = await loadModelFile(`${CASE}e.ham`);
  using two = await loadModelFile(`${CASE}separate.ham`);
  const { parts } = await two.energies({ recall: "look" });
  expect(parts.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    "leak v",
    "energy lse",
    "energy floor",
  ]);
  using a = await one.recall({ recall: "look" });
  using b = await two.recall({ recall: "look" });
  const [va, vb] = await Promise.all(
    [a, b].map(({ activations }) => [...activations.values()][0].data()),
  );
  va.forEach((x, i) => expect(vb[i]).toBeCloseTo(x, 6));
  expect((await two.runTests()).map(({ passed }) => passed)).toEqual([true]);
});

test("binary units without a step keep their signs and their energy", async () => {
  const text = `ham 1
dim N = 3
const W: [N, N] = [[0, 1, -2], [1, 0, 3], [-2, 3, 0]]
given q: sign[N] = [[1, -1, 1], [1, 1, 1]]
neuron v: [N] as sign
energy e = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]
recall look { start v = q solver = async steps = 0 }
`;
  using model = await loadModel({ name: "m.ham", text });
  using result = await model.recall();
  // −(1·−1·1 − 2·1·1 + 3·−1·1) = 6 and −(1 − 2 + 3) = −2.
  expect(result.outcomes.map(({ energyAfter, steps }) => [energyAfter, steps])).toEqual([
    [6, 0],
    [-2, 0],
  ]);
});

test("a training through no steps is refused", async () => {
  const text = `ham 1
dim N = 2
given q: [N] = [[1, 0]]
param w: [N] = [1, 2]
neuron v: [N] as identity
energy e = -sum[i] w[i] * v[i]
recall look { start v = q solver = euler(dt = 0.1) steps = 0 }
train t { unroll = look loss = sum[i] v[i]^2 optimiser = sgd(lr = 0.1) }
`;
  using model = await loadModel({ name: "m.ham", text });
  await expect(model.train()).rejects.toThrow("makes no steps");
});
