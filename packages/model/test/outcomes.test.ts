// What outcomes say beyond their ending.

import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";

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
energy e = ${size} - 1/2 * sum[i, j] W[i, j] * v[i] * v[j]
recall go { start v ~ normal(0, 1) solver = euler(dt = 0.05) steps = 600 stop when change < 1e-7 }
`);
  expect(outcome.largestIncrease).toBeNull();
});

test("a sample says that noise moves it", async () => {
  const text = STEEP(0).replace("euler(dt = 1.5)", "langevin(dt = 0.1, temperature = 0.5)");
  expect(await outcomeOf(text)).toMatchObject({ ending: "max-steps", noisy: true });
  expect(await outcomeOf(STEEP(0))).toMatchObject({ noisy: false });
});

describe("falling(energy)", () => {
  const FALLING = (energy: string, recall: string) => `ham 1
dim N = 1
neuron v: [N] as identity { leak = off }
energy e = ${energy}
recall go { ${recall} }
test "falls" { run go expect falling(energy) }
`;
  const passes = async (energy: string, recall: string) => {
    using model = await loadModel({ name: "m.ham", text: FALLING(energy, recall) });
    return (await model.runTests())[0].passed;
  };

  test.each([
    [
      "an energy that falls",
      "sum[i] v[i]^2",
      "start v = 1 solver = euler(dt = 0.1) steps = 20",
      true,
    ],
    [
      "a rise in a step that is not kept",
      "sum[i] (exp(v[i]) - v[i])",
      "start v = 3 solver = euler(dt = 1.5) steps = 90 record energy every 45",
      false,
    ],
    [
      "an energy that is no number",
      "sum[i] log(v[i])",
      "start v = 0.5 solver = euler(dt = 1) steps = 3",
      false,
    ],
    [
      "one that is none from the start",
      "sum[i] log(v[i] - 1)",
      "steps = 3 solver = euler(dt = 1)",
      false,
    ],
    [
      "one that falls without bound",
      "-sum[i] v[i]^4",
      "start v = 1 solver = euler(dt = 1) steps = 9",
      false,
    ],
  ])("%s", async (_, energy, recall, expected) => {
    expect(await passes(energy, recall)).toBe(expected);
  });
});

describe("what is no number is not expected of anything", () => {
  const passes = async (condition: string) => {
    const text = `ham 1
dim N = 2
given z: [N]
neuron v: [N] as identity
energy e = -sum[i] v[i]
recall go { start v = 1 steps = 2 }
test "no direction" { feed z = 0 expect ${condition} }
`;
    using model = await loadModel({ name: "m.ham", text });
    return (await model.runTests())[0].passed;
  };
  const OVERLAP = ["<", "<=", ">", ">=", "==", "!="].map((op) => `overlap(v, z) ${op} 0.5`);

  test.each([
    ...OVERLAP.flatMap((condition) => [condition, `not ${condition}`, `not (not ${condition})`]),
    "not (overlap(v, z) > 0.5 and steps == 2)",
    "not (overlap(v, z) > 0.5 or steps == 1)",
    "not close(v, z, z[0] / z[1])",
    "sum[i where v[i] / z[i] - v[i] / z[i] > 0] v[i] == 0",
    "not overlap(v, z)",
    "overlap(v, z) and steps == 2",
  ])("%s", async (condition) => {
    expect(await passes(condition)).toBe(false);
  });

  test("another part that decides still does", async () => {
    expect(await passes("not overlap(v, z) > 0.5 or steps == 2")).toBe(true);
    expect(await passes("not (overlap(v, z) > 0.5 and steps == 1)")).toBe(true);
    expect(await passes("not overlap(v, v) < 0.5")).toBe(true);
  });
});
