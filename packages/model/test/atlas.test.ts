// Atlases of models: every point certified, indices that add up, and sweeps of a const of the file.

import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, test } from "vitest";
import { samples, seed } from "../../../tools/samples.ts";
import { stream } from "./random-hypergraph.ts";

beforeAll(() => useBackend("cpu"));

/** A memory of a few random patterns in up to three dimensions. */
function randomMemory(one: number): string {
  const draw = stream(one);
  const [D, K] = [1 + Math.floor(3 * draw()), 2 + Math.floor(4 * draw())];
  return `ham 1
dim D = ${D}, K = ${K}
const beta = ${(0.5 + 5 * draw()).toFixed(2)}
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as identity
energy memory = -1/beta * logsumexp[k] beta * (sum[i] xi[k, i] * v[i])
`;
}

test("in up to three dimensions Σ (−1)^index is 1, and every point is certified", async () => {
  for (let one = seed(); one < seed() + samples(6); one++) {
    const text = randomMemory(one);
    using model = await loadModel({ name: `${one}.ham`, text }, { seed: one });
    const { points, morse, certificates, passes, barriers } = await model.atlas({ starts: 40 });
    const label = `seed ${one}\n${text}`;
    expect(morse, label).toBe(1);
    certificates.forEach((evidence, i) => {
      expect(evidence, label).toMatchObject({ kind: "rest point", index: points[i].index });
    });
    for (const { ends } of passes) expect(ends.includes(-1), label).toBe(false);
    barriers.forEach((barrier) => expect(barrier?.height ?? 1, label).toBeGreaterThan(0));
  }
});

const PAIR = `ham 1
dim D = 1, K = 2
const width = 1
const beta = 1 / width^2
const side: [K] = [-1, 1]
neuron v: [D] as identity
energy memory = -1/beta * logsumexp[k] beta * side[k] * v[0]
`;

test("a sweep moves the consts that follow, also past the value that the file has", async () => {
  using model = await loadModel({ name: "pair.ham", text: PAIR });
  const { bifurcations } = await model.sweep("width", { values: [0.8, 1.15, 1.3], starts: 20 });
  expect(bifurcations.map(({ kind }) => kind)).toEqual(["pitchfork"]);
  expect(Math.abs(bifurcations[0].at - 1)).toBeLessThan(1e-8);
  await expect(model.sweep("depth", { values: [1, 2] })).rejects.toThrow(
    'This model has no const called "depth" to sweep. It has: width, beta, side.',
  );
});
