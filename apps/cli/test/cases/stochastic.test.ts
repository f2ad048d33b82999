// Noise at a temperature: samples against means over all states of a small lattice.

import { beforeAll, expect, test } from "vitest";
import { samples, seed } from "../../../../tools/samples.ts";
import { startBackend } from "../../src/backend.ts";
import { recallCase } from "./recall-case.ts";

beforeAll(() => startBackend("wasm"));

/** Two by two spins on a torus, where every neighbour counts twice. */
const energyOf = ([a, b, c, d]: readonly number[]) => -2 * (a * b + c * d + a * c + b * d);
const measures = {
  energy: (s: readonly number[]) => energyOf(s) / 4,
  absolute: (s: readonly number[]) => Math.abs(s.reduce((sum, x) => sum + x, 0)) / 4,
  square: (s: readonly number[]) => (s.reduce((sum, x) => sum + x, 0) / 4) ** 2,
};
const STATES = Array.from({ length: 16 }, (_, k) =>
  [0, 1, 2, 3].map((i) => 2 * ((k >> i) & 1) - 1),
);

/** Mean and variance of a measure over all states, each weighed with `exp(−E/T)`. */
function exactly(measure: (s: readonly number[]) => number, T: number) {
  const weights = STATES.map((state) => Math.exp(-energyOf(state) / T));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (f: (s: readonly number[]) => number) =>
    STATES.reduce((sum, state, k) => sum + weights[k] * f(state), 0) / total;
  const expected = mean(measure);
  return { expected, variance: mean((s) => (measure(s) - expected) ** 2) };
}

test("10: the means at T = 4 are those that were printed", () => {
  const { energy, absolute, square } = measures;
  const means = [energy, absolute, square].map((measure) =>
    exactly(measure, 4).expected.toFixed(4),
  );
  expect(means).toEqual(["-1.0727", "0.6942", "0.6203"]);
});

const SAMPLES = samples(400);

test.each([
  ["ising", "warm", 4],
  ["ising", "warm", 2.4],
  ["flat", "warm", 4],
  ["flat", "cyc", 4],
])("10: %s.ham, %s, has the means of T = %d", async (name, recall, T) => {
  const { rows } = await recallCase(`10-ising-two-by-two/${name}.ham`, {
    recall,
    batch: SAMPLES,
    seed: seed(),
    set: [`T=${T}`],
  });
  for (const [what, measure] of Object.entries(measures)) {
    const { expected, variance } = exactly(measure, T);
    const found = rows.reduce((sum, row) => sum + measure(row), 0) / SAMPLES;
    // Six standard errors: one of 10^9 seeds is further out.
    expect(Math.abs(found - expected), `${what}, seed ${seed()}`).toBeLessThan(
      6 * Math.sqrt(variance / SAMPLES),
    );
  }
});
