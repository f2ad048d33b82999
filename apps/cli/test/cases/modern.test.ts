// Dense memories of large numbers: exponents of ten million, and what comes out is still right.

import { beforeAll, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";
import { dot, recallCase, rowsOf } from "./recall-case.ts";

beforeAll(() => startBackend("wasm"));

const patterns = rowsOf("12-raw-pixels-lse/raw.npz#P");
const cues = rowsOf("12-raw-pixels-lse/raw.npz#Q");

/** `v·v/2 − log Σ exp(ξ·v)` and the weights of the patterns, in float64. */
function lse(v: readonly number[]): { energy: number; weights: number[] } {
  const scores = patterns.map((pattern) => dot(pattern, v));
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return {
    energy: dot(v, v) / 2 - top - Math.log(total),
    weights: powers.map((power) => power / total),
  };
}

test("12: grey levels up to 255 find their picture, exactly in two steps of cccp", async () => {
  expect(cues.map((cue) => lse(cue).weights)).toEqual(cues.map(() => [0, 0, 0, 1, 0]));
  const { rows, outcomes } = await recallCase("12-raw-pixels-lse/raw.ham", { recall: "once" });
  expect(rows).toEqual(cues.map(() => patterns[3]));
  for (const { ending, energyAfter } of outcomes) {
    expect(ending).toBe("converged");
    expect(energyAfter / lse(patterns[3]).energy).toBeCloseTo(1, 6);
  }
  expect(lse(patterns[3]).energy).toBe(-3373128);
});

test.each(["flow", "safe"])("12: %s comes to the same picture", async (recall) => {
  const { rows, outcomes, energies } = await recallCase("12-raw-pixels-lse/raw.ham", { recall });
  rows.forEach((row) =>
    row.forEach((level, k) => expect(Math.abs(level - patterns[3][k])).toBeLessThan(0.02)),
  );
  expect(outcomes.map(({ ending }) => ending)).toEqual(cues.map(() => "converged"));
  energies.forEach(([before], b) => {
    expect(before / lse(cues[b]).energy).toBeCloseTo(1, 5);
    expect(outcomes[b].energyAfter / lse(patterns[3]).energy).toBeCloseTo(1, 5);
  });
});
