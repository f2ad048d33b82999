import { key, normal } from "@hamlet/core";
import { makeEnergyTransformer, memoryOf, PRESETS, softMemory } from "@hamlet/energy-transformer";
import { apply } from "@hamlet/graph";
import type { HypersynapseSetting } from "@hamlet/ham";
import { differenceGradient, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const { width: D, memories: M } = PRESETS.small;
const Xi = normal(key(3), [M, D]);

const overlaps = (g: Float64Array) =>
  Array.from({ length: M }, (_, m) => g.reduce((sum, x, d) => sum + x * Xi[m * D + d], 0));

const CASES: readonly (readonly [string, HypersynapseSetting, (h: number[]) => number])[] = [
  [
    "softplus",
    memoryOf((h) => apply("softplus", h)),
    (h) => -h.reduce((sum, x) => sum + Math.log1p(Math.exp(x)), 0),
  ],
  ["softmax", softMemory(0.5), (h) => -Math.log(h.reduce((s, x) => s + Math.exp(x / 2), 0)) / 0.5],
];

test.each(CASES)("memories with %s have the slope of their formula", async (_, memory, formula) => {
  await useBackend("cpu");
  // Queries and keys of 0 attend alike to all: the slope is that of the memories alone.
  const zeros = tf.zeros([2, D, 6]);
  const weights = { Wq: zeros, Wk: zeros, Xi: tf.tensor2d(Xi, [M, D]) };
  using block = makeEnergyTransformer({ ...PRESETS.small, memory }, { tokens: 2, weights });
  const tokens = tf.tensor2d(normal(key(4), [2, D]), [2, D]);
  const g = block.normalised(tokens);
  const expected = differenceGradient(
    (x) => formula(overlaps(x)),
    Float64Array.from(g.dataSync().slice(0, D)),
  );
  const slope = block.slope(tokens);
  expected.forEach((value, d) => expect(slope.dataSync()[d]).toBeCloseTo(value, 4));
  tf.dispose([weights, tokens, g, slope]);
});
