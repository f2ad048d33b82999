// Clipping of gradients; how bounded params are stored.

import { lit, makeTensor } from "@hamlet/graph";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { clipped } from "../../src/training/clip.ts";
import { storedOf, storedSlope, valueOf } from "../../src/training/stored.ts";

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

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
