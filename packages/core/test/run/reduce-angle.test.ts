// The reduction that sine and cosine get on a graphics card, in the float32 arithmetic of the
// other backends. What is tested is the reduced angle: its sine is taken in float64.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { reduceAngle } from "../../src/run/reduce-angle.ts";

function reduced(angles: Float32Array): Float32Array {
  return tf.tidy(() => reduceAngle(tf.tensor1d(angles)).dataSync() as Float32Array);
}

/** The largest error in sine and cosine that the reduction makes. */
function worstError(angles: Float32Array): number {
  const found = reduced(angles);
  return angles.reduce((worst, angle, k) => {
    const sine = Math.abs(Math.sin(found[k]) - Math.sin(angle));
    const cosine = Math.abs(Math.cos(found[k]) - Math.cos(angle));
    return Math.max(worst, sine, cosine);
  }, 0);
}

/** Angles up to `range` on both sides, without a pattern. */
function spread(range: number, count = 20_001): Float32Array {
  return Float32Array.from({ length: count }, (_, k) => range * ((2 * k) / (count - 1) - 1));
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test.each([
    [1e1, 5e-7],
    [1e4, 5e-7],
    [1e6, 5e-7],
    [3e6, 1e-6],
  ])("angles up to %d are right to %d", (range, tolerance) => {
    expect(worstError(spread(range))).toBeLessThan(tolerance);
  });

  test("without the three parts of 2π, a million is off by more than a hundredth", () => {
    const angles = spread(1e6);
    const naive = tf.tidy(() => {
      const x = tf.tensor1d(angles);
      const turns = tf.round(tf.div(x, 2 * Math.PI));
      return tf.sub(x, tf.mul(turns, 2 * Math.PI)).dataSync();
    });
    const worst = angles.reduce(
      (top, angle, k) => Math.max(top, Math.abs(Math.sin(naive[k]) - Math.sin(angle))),
      0,
    );
    expect(worst).toBeGreaterThan(1e-2);
  });

  test("the result lies within half a turn or so, and small angles stay what they are", () => {
    expect(reduced(spread(1e6)).every((x) => Math.abs(x) < Math.PI + 0.1)).toBe(true);
    const small = spread(3.1);
    expect(reduced(small)).toEqual(small);
    expect(reduced(Float32Array.of(1e-30, -1e-30))).toEqual(Float32Array.of(1e-30, -1e-30));
  });

  test("what is no angle stays none", () => {
    const found = reduced(Float32Array.of(Infinity, -Infinity, Number.NaN));
    expect([...found]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});
