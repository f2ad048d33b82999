// The flips of a recall: any frame can be rebuilt from them.

import { key } from "@hamlet/core";
import { lit } from "@hamlet/graph";
import { frameAt } from "@hamlet/ham";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";
import { patternLayer, settle, signs, solverOf } from "./binary-models.ts";

beforeAll(() => useBackend("wasm"));

const [N, K, B] = [60, 5, 3];
const layer = patternLayer(N, K);
const patterns = signs(K * N, 1);
const starts = signs(B * N, 2);
const run = (
  solver: ReturnType<typeof solverOf>,
  rest: object = { recordFlips: true },
  steps = 300,
) =>
  settle(layer, layer.quadratic, {
    starts,
    values: [
      [layer.T, new Float32Array(N * N)],
      [layer.xi, patterns],
    ],
    recall: { solver, steps: lit(steps), record: [{ name: "energy", every: 7 }] },
    key: key(3),
    ...rest,
  });

const energyOf = (v: ArrayLike<number>) => {
  let energy = 0;
  for (let m = 0; m < K; m++) {
    let overlap = 0;
    for (let i = 0; i < N; i++) overlap += patterns[m * N + i] * v[i];
    energy -= overlap ** 2 / 2;
  }
  return energy;
};

test.each([
  ["async", solverOf("async", { order: "random" })],
  ["sync", solverOf("sync")],
  ["glauber", solverOf("glauber", { temperature: 20 })],
])(
  "%s: frames are the states whose energies were recorded, from the start to the end",
  async (_, solver) => {
    const { found, energies, energySteps, flips } = await run(solver);
    expect(flips).toHaveLength(B);
    flips!.forEach((path, b) => {
      expect(path.flips.length).toBeGreaterThan(0);
      const at = (step: number) => frameAt(path, step).get(layer.v)!;
      expect([...at(0)]).toEqual([...starts.subarray(b * N, (b + 1) * N)]);
      expect([...at(Infinity)]).toEqual([...found.subarray(b * N, (b + 1) * N)]);
      energySteps.forEach((step, k) => {
        expect(Math.abs(energyOf(at(step)) - energies[k][b])).toBeLessThan(1e-9);
      });
    });
  },
);

test("holds one entry a flip, however long the recall stays still, and none that nobody asked for", async () => {
  const { flips } = await run(solverOf("async", { order: "random" }), undefined, 5000);
  for (const { flips: made } of flips!) {
    expect(made.length).toBeLessThan(5 * N);
    expect(made.every(({ step }, k) => k === 0 || step >= made[k - 1].step)).toBe(true);
  }
  expect((await run(solverOf("async"), {})).flips).toBeUndefined();
});

test("`record flips` asks for them as well", async () => {
  const { flips } = await settle(layer, layer.quadratic, {
    starts,
    values: [
      [layer.T, new Float32Array(N * N)],
      [layer.xi, patterns],
    ],
    recall: { solver: solverOf("async"), record: [{ name: "flips", every: 1 }] },
  });
  expect(flips).toHaveLength(B);
  expect(() => frameAt(flips![0], -1)).toThrow("expected a step from 0");
});
