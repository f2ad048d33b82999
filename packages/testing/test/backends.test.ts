import {
  expectClose,
  maxRelativeError,
  NODE_BACKENDS,
  TOLERANCES,
  useBackend,
} from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test, vi } from "vitest";

const points = Float32Array.from({ length: 4096 }, (_, i) => i / 2048 - 1);

/** The relative error of the current backend's sum. */
function sumError(values: Float32Array): number {
  const sum = tf.tidy(() => tf.sum(tf.tensor1d(values)).dataSync());
  return maxRelativeError(sum, [values.reduce((total, value) => total + value, 0)]);
}

test("WASM loses digits in a long sum of repeated values, where CPU does not", async () => {
  const repeated = Float32Array.from({ length: 2 ** 20 }, (_, i) => 0.1 + (i % 7));
  await useBackend("wasm");
  expect(sumError(repeated)).toBeGreaterThan(1e-3);
  await useBackend("cpu");
  expect(sumError(repeated)).toBeLessThan(TOLERANCES.cpu.sum);
});

describe.each(NODE_BACKENDS)("useBackend(%s)", (backend) => {
  test("makes it the current backend, without a banner", async () => {
    const banner = vi.spyOn(console, "warn");
    await useBackend(backend);
    expect(tf.getBackend()).toBe(backend);
    expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3);
    expect(banner).not.toHaveBeenCalled();
    banner.mockRestore();
  });

  const absolute = { floor: 1 };
  test.each([
    ["exp", 10, tf.exp, Math.exp, {}],
    ["cos", Math.PI, tf.cos, Math.cos, absolute],
    ["log1p", 0.5, tf.log1p, Math.log1p, {}],
  ] as const)("its %s is within the named tolerance", async (name, range, op, exact, floor) => {
    await useBackend(backend);
    const x = points.map((point) => point * range);
    const actual = tf.tidy(() => op(tf.tensor1d(x)).dataSync());
    const expected = Array.from(x, exact);
    expectClose(actual, expected, { tolerance: TOLERANCES[backend][name], ...floor });
    expect(() => expectClose(actual, expected, { tolerance: 1e-9, ...floor, what: name })).toThrow(
      `${name} differ most`,
    );
  });

  test("its sum of a million random numbers is within the named tolerance", async () => {
    await useBackend(backend);
    let state = 1;
    const many = Float32Array.from({ length: 2 ** 20 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    });
    expect(sumError(many)).toBeLessThan(TOLERANCES[backend].sum);
  });

  test("its matrix product over 2048 terms is within the named tolerance", async () => {
    await useBackend(backend);
    const row = Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i));
    const product = tf.tidy(() =>
      tf.matMul(tf.tensor2d(row, [1, 2048]), tf.tensor2d(row, [2048, 1])).dataSync(),
    );
    expectClose(product, [row.reduce((total, value) => total + value * value, 0)], {
      tolerance: TOLERANCES[backend].matMul,
      floor: 2048,
    });
  });
});
