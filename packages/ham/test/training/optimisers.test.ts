// Optimisers against plain float64 loops and closed forms; clipping; how bounded params are stored.

import { lit, makeTensor } from "@hamlet/graph";
import { OPTIMISERS } from "@hamlet/ham";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { clipped } from "../../src/training/clip.ts";
import { storedOf, storedSlope, valueOf } from "../../src/training/stored.ts";

const CURVATURE = [0.5, 2, 7];
const START = [1, -2, 0.3];

/** Values after some steps down `½ Σ cᵢ θᵢ²`. */
function descend(
  name: string,
  settings: Readonly<Record<string, number>>,
  { steps, decays = true }: { steps: number; decays?: boolean },
): number[] {
  const { move, slots } = OPTIMISERS.get(name)!;
  return expectNoLeak(() =>
    tf.tidy(() => {
      let value: tf.Tensor = tf.tensor1d(START);
      let memory: readonly tf.Tensor[] = slots.map(() => tf.zeros([3]));
      for (let step = 1; step <= steps; step++) {
        const slope = tf.mul(value, CURVATURE);
        const next = move({ value, slope, slots: memory, decays }, step, settings);
        [value, memory] = [next.value, next.slots];
      }
      return tf.tensor1d(Array.from(value.dataSync())).arraySync();
    }),
  );
}

/** The same in float64. */
function reference(
  rule: (slope: number, value: number, memory: number[], step: number) => number,
  steps: number,
): number[] {
  return START.map((start, i) => {
    const memory = [0, 0];
    let value = start;
    for (let step = 1; step <= steps; step++) {
      value = rule(CURVATURE[i] * value, value, memory, step);
    }
    return value;
  });
}

const adamRule = (lr: number, decay: number) => {
  return (slope: number, value: number, memory: number[], step: number) => {
    memory[0] = 0.9 * memory[0] + 0.1 * slope;
    memory[1] = 0.999 * memory[1] + 0.001 * slope * slope;
    const mean = memory[0] / (1 - 0.9 ** step);
    const square = memory[1] / (1 - 0.999 ** step);
    return value - lr * (mean / (Math.sqrt(square) + 1e-8) + decay * value);
  };
};

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test("sgd without momentum shrinks every coordinate by 1 − lr · curvature", () => {
    const found = descend("sgd", { lr: 0.1, momentum: 0 }, { steps: 20 });
    const expected = START.map((x, i) => x * (1 - 0.1 * CURVATURE[i]) ** 20);
    expectClose(found, expected, { tolerance: 1e-4, floor: 1e-3 });
  });

  test("sgd with momentum follows the heavy ball", () => {
    const rule = (slope: number, value: number, memory: number[]) => {
      memory[0] = 0.8 * memory[0] + slope;
      return value - 0.05 * memory[0];
    };
    const found = descend("sgd", { lr: 0.05, momentum: 0.8 }, { steps: 30 });
    expectClose(found, reference(rule, 30), { tolerance: 1e-4, floor: 1e-2 });
  });

  test("adam follows its definition, and its first step is lr whatever the slope", () => {
    expectClose(descend("adam", { lr: 0.03 }, { steps: 50 }), reference(adamRule(0.03, 0), 50), {
      tolerance: 1e-4,
      floor: 1e-2,
    });
    const first = START.map((x) => x - 0.03 * Math.sign(x));
    expectClose(descend("adam", { lr: 0.03 }, { steps: 1 }), first, { tolerance: 1e-5 });
  });

  test("adamw also shrinks params, but not those that are stored unconstrained", () => {
    const settings = { lr: 0.03, decay: 0.4 };
    const found = descend("adamw", settings, { steps: 50 });
    expectClose(found, reference(adamRule(0.03, 0.4), 50), { tolerance: 1e-4, floor: 1e-2 });
    const kept = descend("adamw", settings, { steps: 50, decays: false });
    expect(kept).toEqual(descend("adam", settings, { steps: 50 }));
  });

  test("clipping scales all gradients together, and only down", () => {
    expectNoLeak(() => {
      const gradients = [tf.tensor1d([3, 0]), tf.scalar(4)];
      const numbers = (limit: number) =>
        tf.tidy(() => clipped(gradients, limit).map((slope) => Array.from(slope.dataSync())));
      expect(numbers(10)).toEqual([[3, 0], [4]]);
      const [[x, y], [z]] = numbers(1);
      expectClose([x, y, z], [0.6, 0, 0.8], { tolerance: 1e-6 });
      tf.dispose(gradients);
      const zeros = [tf.zeros([2])];
      expect(tf.tidy(() => Array.from(clipped(zeros, 1)[0].dataSync()))).toEqual([0, 0]);
      tf.dispose(zeros);
    });
  });

  test.each([
    [">", 0.5],
    [">=", 0.5],
    ["<", 3],
    ["<=", 3],
  ] as const)(
    "a param %s %f comes back from its stored form, with the right slope",
    (op, value) => {
      const param = makeTensor("beta", "param", [], { bound: { op, value } });
      const entries = Float32Array.of(0.7, 1, 2.5);
      expectNoLeak(() =>
        tf.tidy(() => {
          const at = (stored: Float32Array) =>
            Array.from(valueOf(param, tf.tensor1d(stored)).dataSync());
          const stored = storedOf(param, entries);
          expectClose(at(stored), entries, { tolerance: 1e-6 });
          const slope = storedSlope(param, tf.tensor1d(stored), tf.ones([3])).dataSync();
          const h = 1e-2;
          const [up, down] = [at(stored.map((u) => u + h)), at(stored.map((u) => u - h))];
          const expected = up.map((x, k) => (x - down[k]) / (2 * h));
          expectClose(slope, expected, { tolerance: 1e-3 });
          // Far along either way the bound still holds.
          const side = op.startsWith(">") ? 1 : -1;
          for (const x of at(Float32Array.of(-80, 0, 80))) {
            expect(side * (x - value)).toBeGreaterThanOrEqual(0);
          }
        }),
      );
    },
  );

  test("a value at its bound is stored just inside", () => {
    const param = makeTensor("beta", "param", [], { bound: { op: ">=", value: 0 } });
    const [stored] = storedOf(param, Float32Array.of(0));
    expect(Number.isFinite(stored)).toBe(true);
    const [back] = tf.tidy(() => valueOf(param, tf.tensor1d([stored])).dataSync());
    expect(back).toBeGreaterThan(0);
    expect(back).toBeLessThan(2e-6);
  });
});

test("no bound stores the value itself", () => {
  const param = makeTensor("W", "param", [], { source: { from: "value", value: lit(0) } });
  const entries = Float32Array.of(-3, 0, 5);
  expect([...storedOf(param, entries)]).toEqual([...entries]);
});
