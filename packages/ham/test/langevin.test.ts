// Langevin dynamics: the states of a quadratic well spread as the temperature says.

import { key } from "@hamlet/core";
import { lit, type Recall, type Tensor } from "@hamlet/graph";
import { makeRecall } from "@hamlet/ham";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { recallOf, setupOf, twoPatterns } from "./models.ts";

beforeAll(() => useBackend("wasm"));

const model = twoPatterns();

async function spread(temperature: number, clamps: Recall["clamps"] = [], seed = 0) {
  const setup = setupOf(new Map<Tensor, readonly number[]>([...model.values, [model.xi, [0, 0]]]));
  const solver = {
    name: "langevin",
    options: new Map([
      ["dt", lit(0.05)],
      ["temperature", lit(temperature)],
    ]),
  };
  const recall = recallOf([[model.v, model.query]], { solver, steps: lit(120), clamps });
  using compiled = makeRecall(model.graph, recall, setup);
  const query = tf.zeros([1000, 1]);
  using result = await compiled.run({ givens: new Map([[model.query, query]]), key: key(seed) });
  const ends = [...(await result.states.get(model.v)!.data())];
  tf.dispose([query, ...setup.values.values()]);
  return { ends, outcomes: result.outcomes };
}

const variance = (values: readonly number[]) =>
  values.reduce((total, x) => total + x * x, 0) / values.length;

test("the variance in a well 1/2 x² is the temperature", async () => {
  // Both patterns at 0: E = 1/2 v² up to a constant. Euler's own bias is a factor 1/(1 − dt/2).
  const { ends, outcomes } = await spread(0.3);
  expect(variance(ends) / (0.3 / (1 - 0.025))).toBeGreaterThan(0.85);
  expect(variance(ends) / (0.3 / (1 - 0.025))).toBeLessThan(1.15);
  expect(outcomes[0].firstIncrease).toBeNull();
});

test("without temperature nothing moves away from the minimum", async () => {
  const { ends } = await spread(0);
  expect(variance(ends)).toBe(0);
});

test("held units get no noise, and the noise follows from the key", async () => {
  const held = [{ neuron: model.v, indices: [], where: null, value: null }];
  expect(variance((await spread(0.3, held)).ends)).toBe(0);
  expect((await spread(0.3, [], 1)).ends).toEqual((await spread(0.3, [], 1)).ends);
  expect((await spread(0.3, [], 1)).ends).not.toEqual((await spread(0.3, [], 2)).ends);
});

test("leaks nothing", async () => {
  await expectNoLeak(() => spread(0.3));
});
