// Optimisers against plain float64 loops and closed forms.

import { OPTIMISERS } from "@hamlet/core";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";

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
});
