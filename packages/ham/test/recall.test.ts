import {
  apply,
  get,
  indicesOf,
  lit,
  mul,
  pow,
  type Recall,
  type Tensor,
  time,
} from "@hamlet/graph";
import { key } from "@hamlet/core";
import {
  makeRecall,
  type RecallOptions,
  type RecallProgress,
  type RecallResult,
} from "@hamlet/ham";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, beforeEach, afterEach, describe, expect, test } from "vitest";
import { changeBelow, recallOf, setupOf, twoPatterns } from "./models.ts";

beforeAll(() => useBackend("wasm"));
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const model = twoPatterns();

/** Recalls from several starts on the line; returns where they end. */
async function settle(
  starts: readonly number[],
  options: Parameters<typeof recallOf>[1] = {},
  run: RecallOptions = {},
): Promise<{ ends: number[]; result: RecallResult }> {
  const setup = setupOf(model.values);
  const recall = recallOf([[model.v, model.query]], { stop: changeBelow(1e-6), ...options });
  using compiled = makeRecall(model.graph, recall, setup);
  const query = tf.tensor2d(starts.map((start) => [start]));
  const result = await compiled.run({ ...run, givens: new Map([[model.query, query]]) });
  const ends = [...(await result.states.get(model.v)!.data())];
  return { ends, result };
}

describe("a recall", () => {
  test("ends at the solution of m = tanh(βm) for two patterns", async () => {
    // β = 2: m = .957504 (closed form).
    const { ends, result } = await settle([0.3, -0.2, 2], { steps: lit(500) });
    expect(ends[0]).toBeCloseTo(0.957504, 5);
    expect(ends[1]).toBeCloseTo(-0.957504, 5);
    expect(ends[2]).toBeCloseTo(0.957504, 5);
    expect(result.outcomes.map(({ ending }) => ending)).toEqual(Array(3).fill("converged"));
  });

  test("does not depend on who else is in the batch", async () => {
    const starts = [0.01, 0.9, -3];
    const together = await settle(starts, { steps: lit(200) });
    for (const [b, start] of starts.entries()) {
      const alone = await settle([start], { steps: lit(200) });
      expect(alone.ends[0]).toBe(together.ends[b]);
      expect(alone.result.outcomes[0]).toEqual(together.result.outcomes[b]);
    }
    expect(new Set(together.result.outcomes.map(({ steps }) => steps)).size).toBe(3);
  });

  test("tells the examples that move, and their mean energy", async () => {
    const told: RecallProgress[] = [];
    const { result } = await settle(
      [0.01, 0.9, -3],
      { steps: lit(200) },
      { onProgress: (progress) => void told.push(progress) },
    );
    const energies = result.energies.map((each) => [...each]);
    told.forEach(({ done, of, active, energy }, k) => {
      expect([done, of]).toEqual([k, 200]);
      expect(active).toBe(result.outcomes.filter(({ steps }) => steps > k).length);
      expect(energy).toBeCloseTo(energies[k].reduce((sum, each) => sum + each) / 3, 6);
    });
    expect(told.at(-1)!.active).toBe(0);
  });

  test("never raises the energy while its step is small", async () => {
    const { result } = await settle([0.01, 0.9, -3], { steps: lit(100), dt: 0.1, stop: null });
    for (let step = 1; step < result.energies.length; step++) {
      result.energies[step].forEach((energy, b) => {
        const before = result.energies[step - 1][b];
        expect(energy - before).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(before)));
      });
    }
    expect(result.outcomes.map(({ ending }) => ending)).toEqual(Array(3).fill("max-steps"));
  });

  test("says that the energy rose when its step is too large", async () => {
    const { result } = await settle([0.5], { dt: 2.5, steps: lit(10), stop: null });
    expect(result.outcomes[0].ending).toBe("energy-increased");
    expect(result.outcomes[0].firstIncrease!.step).toBeGreaterThan(0);
    expect(result.outcomes[0].firstIncrease!.amount).toBeGreaterThan(0);
  });

  test("says that a number became infinite", async () => {
    const { result } = await settle([1e30], { steps: lit(10), stop: null });
    expect(result.outcomes[0].ending).toBe("non-finite");
  });

  test("holds clamped entries at their start and pinned layers at their value", async () => {
    const [index] = indicesOf(model.v.axes);
    const held = { neuron: model.v, indices: [index], where: lit(1), value: null };
    const { ends } = await settle([0.3], { clamps: [{ ...held, where: null }], steps: lit(5) });
    expect(ends[0]).toBe(Math.fround(0.3));
    const positive = apply("lt", lit(0), get(model.query, [index]));
    const half = await settle([0.3, -0.3], {
      clamps: [{ ...held, where: positive }],
      steps: lit(200),
    });
    expect(half.ends[0]).toBe(Math.fround(0.3));
    expect(half.ends[1]).toBeCloseTo(-0.957504, 5);
    const pinned = { ...held, where: null, value: get(model.query, [index]) };
    const { result } = await settle([0.7], { clamps: [pinned], steps: lit(3), stop: null });
    expect((await result.activations.get(model.v)!.data())[0]).toBe(Math.fround(0.7));
  });

  test("changes a const while it runs under a schedule", async () => {
    // β from 0.5, where 0 is the only minimum, to 50, where the patterns are minima.
    const schedules: Recall["schedules"] = [
      { tensor: model.beta, value: mul(lit(0.5), pow(lit(100), time())) },
    ];
    const { ends, result } = await settle([0.4], {
      schedules,
      steps: lit(300),
      dt: 0.1,
      stop: null,
    });
    expect(ends[0]).toBeCloseTo(1, 3);
    expect(result.outcomes[0].ending).toBe("max-steps");
    expect(result.outcomes[0].firstIncrease).toBeNull();
  });

  test.each(["euler", "heun", "rk4"])("by %s reaches the same minimum", async (name) => {
    const solver = { name, options: new Map([["dt", lit(0.2)]]) };
    const { ends } = await settle([0.1], { solver, steps: lit(400) });
    expect(ends[0]).toBeCloseTo(0.957504, 4);
  });

  test.each([
    ["euler", 1],
    ["heun", 2],
    ["rk4", 4],
  ])("by %s has order %i in its step size", async (name, order) => {
    const after = async (dt: number) => {
      const solver = { name, options: new Map([["dt", lit(dt)]]) };
      const steps = lit(Math.round(1.6 / dt));
      return (await settle([3], { solver, steps, stop: null })).ends[0];
    };
    const exact = await after(0.01);
    const [coarse, fine] = [await after(0.8), await after(0.4)];
    const ratio = Math.abs(coarse - exact) / Math.abs(fine - exact);
    expect(Math.log2(ratio)).toBeGreaterThan(order - 0.5);
  });

  test("draws its start from the key, differently for different keys", async () => {
    const setup = setupOf(model.values);
    const recall: Recall = {
      ...recallOf([]),
      starts: [{ neuron: model.v, from: "draw", distribution: "normal", args: [lit(0), lit(1)] }],
      steps: lit(1),
    };
    using compiled = makeRecall(model.graph, recall, setup);
    const end = async (seed: number) => {
      using result = await compiled.run({ batch: 4, key: key(seed) });
      return [...(await result.states.get(model.v)!.data())];
    };
    expect(await end(1)).toEqual(await end(1));
    expect(await end(1)).not.toEqual(await end(2));
  });
});

describe("memory", () => {
  test("is flat over a run, and after a run that was stopped or failed", async () => {
    const setup = setupOf(model.values);
    const query = tf.tensor2d([[0.3], [2]]);
    const givens = new Map<Tensor, tf.Tensor>([[model.query, query]]);
    const recall = recallOf([[model.v, model.query]], { stop: changeBelow(1e-6), steps: lit(200) });
    await expectNoLeak(async () => {
      using compiled = makeRecall(model.graph, recall, setup);
      using result = await compiled.run({ givens });
      expect(result.batch).toBe(2);
    });
    await expectNoLeak(async () => {
      using compiled = makeRecall(model.graph, recall, setup);
      const signal = { aborted: false };
      const onProgress = ({ done }: { done: number }) => (signal.aborted = done === 5);
      await expect(compiled.run({ givens, signal, onProgress })).rejects.toThrow("was stopped");
    });
    await expectNoLeak(async () => {
      using compiled = makeRecall(model.graph, recall, setup);
      await expect(compiled.run({ givens: new Map() })).rejects.toThrow('no value for "query"');
    });
  });

  test("is flat over ten thousand steps", async () => {
    const setup = setupOf(model.values);
    const givens = new Map<Tensor, tf.Tensor>([[model.query, tf.tensor2d([[0.3]])]]);
    using compiled = makeRecall(
      model.graph,
      recallOf([[model.v, model.query]], { steps: lit(10_000), dt: 1e-4 }),
      setup,
    );
    const counts: number[] = [];
    using result = await compiled.run({
      givens,
      onProgress: () => counts.push(tf.memory().numTensors),
    });
    expect(result.energies.length).toBe(10_001);
    expect(new Set(counts.slice(1)).size).toBe(1);
  });
});

test("an unknown solver and a bad setting are explained", () => {
  const setup = setupOf(model.values);
  const make = (options: Parameters<typeof recallOf>[1]) => () =>
    makeRecall(model.graph, recallOf([[model.v, model.query]], options), setup);
  expect(make({ solver: { name: "leap", options: new Map() } })).toThrowErrorMatchingInlineSnapshot(
    `[HamError: The recall "settle" asks for the solver "leap". Solvers: euler, heun, rk4, langevin, adaptive, alternate, cccp, anderson, async, sync, glauber.]`,
  );
  expect(make({ dt: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[HamError: The recall "settle": expected "dt" to be above 0, found -1. Write it in the recall block, or set it with --set recall.settle.dt=….]`,
  );
  expect(make({ steps: lit(2.5) })).toThrowErrorMatchingInlineSnapshot(
    `[HamError: The recall "settle": expected "steps" to be a whole number from 0 up, found 2.5. Write it in the recall block, or set it with --set recall.settle.steps=….]`,
  );
});
