// Langevin dynamics: the states of a quadratic well spread as the temperature says.

import { key } from "@hamlet/core";
import { get, lit, makeTensor, type Recall, sub, type Tensor, time } from "@hamlet/graph";
import { makeRecall, type RecallEngine } from "@hamlet/ham";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { recallOf, setupOf, twoPatterns } from "./models.ts";

beforeAll(() => useBackend("wasm"));

const model = twoPatterns();

async function spread(
  temperature: number | Tensor,
  clamps: Recall["clamps"] = [],
  seed = 0,
  { schedules = [], engine }: Partial<Pick<Recall, "schedules">> & { engine?: RecallEngine } = {},
) {
  const heat = typeof temperature === "number" ? [] : [[temperature, [1]] as const];
  const setup = setupOf(
    new Map<Tensor, readonly number[]>([...model.values, [model.xi, [0, 0]], ...heat]),
  );
  const solver = {
    name: "langevin",
    options: new Map([
      ["dt", lit(0.05)],
      ["temperature", typeof temperature === "number" ? lit(temperature) : get(temperature)],
    ]),
  };
  const recall = recallOf([[model.v, model.query]], { solver, steps: lit(120), clamps, schedules });
  using compiled = makeRecall(model.graph, recall, { ...setup, engine });
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

test.each(["simd", "float64", "tensors"] as const)(
  "a temperature that a schedule lowers is followed, on %s",
  async (engine) => {
    const heat = makeTensor("heat", "const");
    const schedules = [{ tensor: heat, value: sub(lit(1), time()) }];
    const { ends, outcomes } = await spread(heat, [], 0, { schedules, engine });
    // x ← (1 − dt) x + √(2 T dt) · noise, with T from 1 to 0.
    let wanted = 0;
    for (let step = 0; step < 120; step++) {
      wanted = 0.95 ** 2 * wanted + 2 * 0.05 * (1 - step / 119);
    }
    expect(variance(ends) / wanted).toBeGreaterThan(0.85);
    expect(variance(ends) / wanted).toBeLessThan(1.15);
    expect(outcomes.every(({ noisy }) => noisy)).toBe(true);
  },
);

test("held units get no noise, and the noise follows from the key", async () => {
  const held = [{ neuron: model.v, indices: [], where: null, value: null }];
  expect(variance((await spread(0.3, held)).ends)).toBe(0);
  expect((await spread(0.3, [], 1)).ends).toEqual((await spread(0.3, [], 1)).ends);
  expect((await spread(0.3, [], 1)).ends).not.toEqual((await spread(0.3, [], 2)).ends);
});

test("leaks nothing", async () => {
  await expectNoLeak(() => spread(0.3));
});
