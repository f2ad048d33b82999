import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { longSum } from "../../src/run/long-sum.ts";

/** How far the sum of a million numbers `value` is off, as a part of it. */
function errorOf(value: number, sum: (x: tf.Tensor) => tf.Tensor): number {
  const found = tf.tidy(() => sum(tf.mul(tf.ones([1000, 1000]), value)).dataSync()[0]);
  return Math.abs(found / (1e6 * Math.fround(value)) - 1);
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  test("a million equal numbers lose nothing that matters", async () => {
    await useBackend(backend);
    expect(errorOf(Math.LN2, (x) => longSum(x, [0, 1]))).toBeLessThan(2e-5);
  });
});

test("summed in one go, wasm loses three digits more", async () => {
  await useBackend("wasm");
  expect(errorOf(Math.LN2, (x) => tf.sum(x))).toBeGreaterThan(1e-3);
});
