// What outcomes say beyond their ending.

import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

async function outcomeOf(text: string) {
  using model = await loadModel({ name: "m.ham", text });
  using result = await model.recall();
  return result.outcomes[0];
}

/** `exp(v) − v` is steep on the right and rises like −v on the left. */
const STEEP = (start: number) => `ham 1
dim N = 1
neuron v: [N] as identity { leak = off }
energy e = sum[i] (exp(v[i]) - v[i])
recall go { start v = ${start} solver = euler(dt = 1.5) steps = 200 stop when change < 1e-6 }
`;

test("a recall that converged says how much its energy rose on the way", async () => {
  const outcome = await outcomeOf(STEEP(3));
  // The first step leads from 3 to 3 − 1.5 (e³ − 1) = −25.6.
  const rise = -(3 - 1.5 * (Math.exp(3) - 1)) - (Math.exp(3) - 3);
  expect(outcome.ending).toBe("converged");
  expect(outcome.largestIncrease!.step).toBe(1);
  expect(outcome.largestIncrease!.amount).toBeCloseTo(rise, 4);
  expect(outcome.firstIncrease).toEqual(outcome.largestIncrease);
  expect(outcome.basin).toBe("not certified");
});

test("one whose energy fell says nothing of the kind", async () => {
  const { ending, firstIncrease, largestIncrease } = await outcomeOf(STEEP(0.5));
  expect([ending, firstIncrease, largestIncrease]).toEqual(["converged", null, null]);
});

test.each([1e-7, 1, 1e7])("roundings of an energy of size %d are no rise", async (size) => {
  const outcome = await outcomeOf(`ham 1
dim N = 40
param W: [N, N] ~ normal(0, 0.2)
neuron v: [N] as tanh
energy e = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]
energy level = ${size}
recall go { start v ~ normal(0, 1) solver = euler(dt = 0.05) steps = 600 stop when change < 1e-7 }
`);
  expect(outcome.largestIncrease).toBeNull();
});

test("a sample says that noise moves it", async () => {
  const text = STEEP(0).replace("euler(dt = 1.5)", "langevin(dt = 0.1, temperature = 0.5)");
  expect(await outcomeOf(text)).toMatchObject({ ending: "max-steps", noisy: true });
  expect(await outcomeOf(STEEP(0))).toMatchObject({ noisy: false });
});
