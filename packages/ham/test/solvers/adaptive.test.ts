import { apply, lit, mul, pow, time } from "@hamlet/graph";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import {
  changeBelow,
  CORNERS,
  triangle,
  twoPatterns,
  wired,
  identity,
  softmax,
} from "../models.ts";
import { ran, solverOf } from "./running.ts";

beforeAll(() => useBackend("wasm"));

const two = twoPatterns();
const settle = (
  rows: readonly (readonly number[])[],
  options: { dt?: number; steps?: number } = {},
) =>
  ran({
    graph: two.graph,
    values: new Map<typeof two.beta, readonly number[]>(two.values),
    starts: [[two.v, two.query, rows]],
    solver: solverOf("adaptive", options.dt === undefined ? {} : { dt: options.dt }),
    recall: { steps: lit(options.steps ?? 500), stop: changeBelow(1e-6) },
  });

describe("adaptive", () => {
  test("reaches the minimum from a first step that is far too large, and shows its proof", async () => {
    // dt = 40 overshoots by far: Euler raises the energy at once.
    const { states, outcomes, energies } = await settle([[0.3], [-3]], { dt: 40 });
    expect(states.get(two.v)![0][0]).toBeCloseTo(0.957504, 5);
    expect(states.get(two.v)![1][0]).toBeCloseTo(-0.957504, 5);
    for (const { ending, descent, firstIncrease, steps } of outcomes) {
      expect(ending).toBe("converged");
      expect(firstIncrease).toBeNull();
      expect(descent!.rejected).toBeGreaterThan(2);
      expect(descent!.accepted + descent!.rejected).toBe(steps);
      expect(descent!.largestRise).toBeLessThanOrEqual(1e-5 * 2);
      expect(descent!.smallestStep).toBeLessThan(40);
    }
    energies.slice(1).forEach((energy, step) => {
      energy.forEach((e, b) =>
        expect(e - energies[step][b]).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(e))),
      );
    });
  });

  test("gives every example a step of its own", async () => {
    const together = await settle([[0.01], [2], [-9]], { dt: 5 });
    for (const [b, start] of [0.01, 2, -9].entries()) {
      const alone = await settle([[start]], { dt: 5 });
      expect(alone.states.get(two.v)![0]).toEqual(together.states.get(two.v)![b]);
      expect(alone.outcomes[0]).toEqual(together.outcomes[b]);
    }
    expect(new Set(together.outcomes.map(({ descent }) => descent!.accepted)).size).toBeGreaterThan(
      1,
    );
  });

  test("needs no step size, and fewer steps than Euler with a safe one", async () => {
    const own = await settle([[3]]);
    const euler = await ran({
      graph: two.graph,
      values: new Map<typeof two.beta, readonly number[]>(two.values),
      starts: [[two.v, two.query, [[3]]]],
      solver: solverOf("euler", { dt: 0.1 }),
      recall: { steps: lit(500), stop: changeBelow(1e-6) },
    });
    expect(own.outcomes[0].steps).toBeLessThan(euler.outcomes[0].steps);
  });

  test("moves slow layers slowly: tau counts", async () => {
    const slow = wired([identity, softmax], [[0, 1]], { tau: lit(10) });
    const fast = wired([identity, softmax], [[0, 1]]);
    const after = async ({ graph, layers, starts, weights }: typeof slow) => {
      const { states } = await ran({
        graph,
        values: new Map([[weights[0], [1, 0, 2, 0, 1, 0, -1, 0, 1]]]),
        starts: layers.map((layer, n) => [layer, starts[n], [[1, -1, 0.5]]] as const),
        solver: solverOf("adaptive", { dt: 0.1 }),
        recall: { steps: lit(1) },
      });
      return states.get(layers[0])![0].map((x, i) => x - [1, -1, 0.5][i]);
    };
    const [slowly, quickly] = [await after(slow), await after(fast)];
    quickly.forEach((moved, i) => expect(moved / slowly[i]).toBeCloseTo(10, 2));
  });

  test("holds entries and follows a schedule", async () => {
    const { graph, v, query, beta, xi } = triangle();
    const [index] = v.axes.map((dim) => ({ name: "i", dim }));
    const first = apply("lt", { kind: "position", index, free: [index] }, lit(1));
    const { states, outcomes } = await ran({
      graph,
      values: new Map([
        [beta, [1]],
        [xi, CORNERS],
      ] as const),
      starts: [[v, query, [[0.3, 0.2]]]],
      solver: solverOf("adaptive", { dt: 0.2 }),
      recall: {
        steps: lit(200),
        clamps: [{ neuron: v, indices: [index], where: first, value: null }],
        schedules: [{ tensor: beta, value: mul(lit(0.5), pow(lit(20), time())) }],
      },
    });
    expect(states.get(v)![0][0]).toBe(Math.fround(0.3));
    expect(states.get(v)![0][1]).not.toBeCloseTo(0.2, 2);
    expect(outcomes[0].firstIncrease).toBeNull();
  });

  test("leaks nothing, also when it is stopped", async () => {
    await expectNoLeak(() => settle([[0.3], [2]], { dt: 40 }));
    await expectNoLeak(async () => {
      const signal = { aborted: false };
      const stopped = ran({
        graph: two.graph,
        values: new Map<typeof two.beta, readonly number[]>(two.values),
        starts: [[two.v, two.query, [[0.3]]]],
        solver: solverOf("adaptive"),
        run: { signal, onProgress: ({ done }) => (signal.aborted = done === 3) },
      });
      await expect(stopped).rejects.toThrow("was stopped");
    });
  });
});
