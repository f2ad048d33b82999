// Glauber dynamics: states settle to exp(−E / T), and nothing is certain while there is noise.

import { key } from "@hamlet/core";
import {
  add,
  type Expr,
  get,
  HamError,
  lit,
  makeTensor,
  mul,
  sub,
  time,
  VISIT_ORDERS,
  type VisitOrder,
} from "@hamlet/graph";

import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";
import { patternLayer, settle, settled, signs, solverOf } from "./binary-models.ts";

beforeAll(() => useBackend("wasm"));

const N = 4;
const small = patternLayer(N);
/** Symmetric, with both signs; the diagonal adds the same to every state. */
const T = [0, 1, -0.5, 0.3, 1, 0, 0.7, -0.2, -0.5, 0.7, 0, 0.9, 0.3, -0.2, 0.9, 0];
const values = [
  [small.T, T],
  [small.xi, [1, 1, 1, 1]],
] as const;

const unitsOf = (state: number) => Array.from({ length: N }, (_, i) => ((state >> i) & 1) * 2 - 1);

function energyOf(state: number): number {
  const v = unitsOf(state);
  return (
    -0.5 * v.reduce((total, a, i) => total + v.reduce((s, b, j) => s + T[i * N + j] * a * b, 0), 0)
  );
}

/** `exp(−E / T)` over all states, divided by its sum. */
function boltzmann(temperature: number): number[] {
  const weights = Array.from({ length: 2 ** N }, (_, s) => Math.exp(-energyOf(s) / temperature));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
}

/** How often each state is found after 20 sweeps from the same start. */
async function histogram(temperature: number, order: VisitOrder, examples: number) {
  const { found } = await settle(small, small.coupled, {
    starts: new Float32Array(examples * N).fill(1),
    values,
    recall: {
      solver: solverOf("glauber", { temperature, order }),
      steps: lit(20 * N),
      record: [{ name: "energy", every: 20 * N }],
    },
    key: key(5),
  });
  const counts = Array<number>(2 ** N).fill(0);
  for (let b = 0; b < examples; b++) {
    let state = 0;
    for (let i = 0; i < N; i++) state |= Number(found[b * N + i] === 1) << i;
    counts[state]++;
  }
  return counts;
}

test.each(VISIT_ORDERS)(
  "in %s order, states are found as often as exp(−E/T) says",
  async (order) => {
    const examples = 3000;
    const expected = boltzmann(1.5).map((p) => p * examples);
    const counts = await histogram(1.5, order, examples);
    const chi2 = counts.reduce((sum, n, s) => sum + (n - expected[s]) ** 2 / expected[s], 0);
    // 15 degrees of freedom: above 44.3 by chance once in ten thousand times.
    expect(chi2).toBeLessThan(44.3);
    // And the test can tell temperatures apart.
    const warmer = boltzmann(2).map((p) => p * examples);
    expect(counts.reduce((sum, n, s) => sum + (n - warmer[s]) ** 2 / warmer[s], 0)).toBeGreaterThan(
      44.3,
    );
  },
);

const large = patternLayer(40, 3);
const patterns = signs(120, 1);
const restore = (recall: Parameters<typeof settle>[2]["recall"], seed = 1) =>
  settle(large, large.quadratic, {
    starts: signs(80, 2),
    values: [
      [large.T, new Float32Array(1600)],
      [large.xi, patterns],
    ],
    recall: { steps: lit(4000), ...recall },
    key: key(seed),
  });

test("at temperature 0 it descends, ends in a fixed point and certifies it", async () => {
  const { outcomes, energies } = await restore({ solver: solverOf("glauber", { temperature: 0 }) });
  for (const { ending, steps } of outcomes) {
    expect(ending).toBe("converged");
    expect(steps).toBeLessThan(4000);
  }
  for (let k = 1; k < energies.length; k++) {
    expect(energies[k][0]).toBeLessThanOrEqual(energies[k - 1][0]);
  }
});

test("with noise it is never called converged, whatever the stop condition is", async () => {
  const solver = solverOf("glauber", { temperature: 1e-6 });
  const cold = await restore({ solver, stop: settled });
  expect(cold.outcomes.map(({ ending }) => ending)).toEqual(["max-steps", "max-steps"]);
  const stopped = await restore({ solver, stop: lit(1) });
  expect(stopped.outcomes.map(({ ending }) => ending)).toEqual(["stopped", "stopped"]);
});

test("a schedule cools it down to a certain end", async () => {
  const heat = makeTensor("heat", "const");
  const solver = { name: "glauber", options: new Map([["temperature", get(heat)]]) };
  const values2 = [
    [large.T, new Float32Array(1600)],
    [large.xi, patterns],
    [heat, [1]],
  ] as const;
  const cooled = (value: Expr) =>
    settle(large, large.quadratic, {
      starts: signs(80, 2),
      values: values2,
      recall: { solver, steps: lit(4000), schedules: [{ tensor: heat, value }] },
    });
  const { outcomes } = await cooled(mul(lit(40), sub(lit(1), time())));
  expect(outcomes.map(({ ending }) => ending)).toEqual(["converged", "converged"]);
  expect((await cooled(lit(40))).outcomes[0].ending).toBe("max-steps");
  await expect(cooled(add(lit(-0.5), time()))).rejects.toThrow(
    'expected "temperature" to be 0 or above, found -0.5 at time 0 of its schedule',
  );
});

test("a temperature that is missing or negative is refused before anything runs", async () => {
  for (const solver of [solverOf("glauber"), solverOf("glauber", { temperature: -1 })]) {
    const error = await restore({ solver }).catch((reason: unknown) => reason);
    expect(HamError.isInstance(error) && error.code).toBe("ham/bad-setting");
  }
});

test("follows from the key, and leaks nothing", async () => {
  const recall = { solver: solverOf("glauber", { temperature: 30 }), steps: lit(400) };
  expect((await restore(recall, 1)).found).toEqual((await restore(recall, 1)).found);
  expect((await restore(recall, 1)).found).not.toEqual((await restore(recall, 2)).found);
  await expectNoLeak(() => restore(recall));
});
