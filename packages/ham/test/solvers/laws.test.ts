// What every solver keeps: clamps, the stop of each example, progress, abort, schedules, memory.

import { apply, lit, type Recall } from "@hamlet/graph";
import { SOLVERS } from "@hamlet/ham";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { changeBelow, CORNERS, identity, triangle, wired } from "../models.ts";
import { ran, type Running, solverOf } from "./running.ts";

beforeAll(() => useBackend("wasm"));

const OPTIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  euler: { dt: 0.2 },
  heun: { dt: 0.2 },
  rk4: { dt: 0.2 },
  langevin: { dt: 0.2, temperature: 0 },
};

const START = [
  [0.3, -0.9, 0.1],
  [2, 1, -1],
];

/** Two layers for `alternate`, one memory for the others, each started at the rows of START. */
function modelFor(name: string): Omit<Running, "solver"> {
  if (name === "alternate") {
    const { graph, layers, starts, weights } = wired([identity, identity], [[0, 1]]);
    const W = [0.5, 0.1, -0.2, 0.3, -0.4, 0.2, 0.1, 0.2, 0.6];
    return {
      graph,
      values: new Map([[weights[0], W]]),
      starts: layers.map((layer, n) => [layer, starts[n], START] as const),
    };
  }
  const { graph, v, query, beta, xi } = triangle();
  return {
    graph,
    values: new Map([
      [beta, [2.2]],
      [xi, CORNERS],
    ] as const),
    starts: [[v, query, START.map((row) => row.slice(0, 2))]],
  };
}

describe.each([...SOLVERS.keys()])("%s", (name) => {
  const run = (recall: Partial<Recall>, options: Running["run"] = {}) =>
    ran({ ...modelFor(name), solver: solverOf(name, OPTIONS[name]), recall, run: options });
  const [[, , rows]] = modelFor(name).starts;

  test("leaves held entries where they are, to the bit, and moves the others", async () => {
    // Models are made anew for every run, so the clamp is made with its own.
    const model = modelFor(name);
    const [[neuron]] = model.starts;
    const [index] = neuron.axes.map((dim) => ({ name: "i", dim }));
    const where = apply("lt", { kind: "position", index, free: [index] }, lit(1));
    const clamps = [{ neuron, indices: [index], where, value: null }];
    const { states } = await ran({
      ...model,
      solver: solverOf(name, OPTIONS[name]),
      recall: { clamps, steps: lit(15) },
    });
    states.get(neuron)!.forEach((state, b) => {
      expect(state[0]).toBe(Math.fround(rows[b][0]));
      expect(state[1]).not.toBe(Math.fround(rows[b][1]));
    });
  });

  test("leaves a held layer where it is", async () => {
    const model = modelFor(name);
    const [[neuron]] = model.starts;
    const clamps = [{ neuron, indices: [], where: null, value: null }];
    const { states } = await ran({
      ...model,
      solver: solverOf(name, OPTIONS[name]),
      recall: { clamps, steps: lit(5) },
    });
    expect(states.get(neuron)).toEqual(rows.map((row) => row.map(Math.fround)));
  });

  test("stops every example by itself, and says how far it is", async () => {
    const active: number[] = [];
    const { outcomes } = await run(
      { steps: lit(2000), stop: changeBelow(1e-5) },
      { onProgress: (progress) => active.push(progress.active) },
    );
    expect(outcomes.map(({ ending }) => ending)).toEqual(["converged", "converged"]);
    expect(active[0]).toBe(2);
    expect(active.at(-1)).toBe(0);
    expect(active.length).toBe(1 + Math.max(...outcomes.map(({ steps }) => steps)));
  });

  test("leaks nothing when it runs, nor when it is stopped", async () => {
    await expectNoLeak(() => run({ steps: lit(5) }));
    await expectNoLeak(async () => {
      const signal = { aborted: false };
      const onProgress = ({ done }: { done: number }) => (signal.aborted = done === 2);
      await expect(run({ steps: lit(9) }, { signal, onProgress })).rejects.toThrow("was stopped");
    });
  });
});
