// Kernel sums and distributed memories on compiled code against those in float64.

import { atOnce, foldIn, key, normal } from "@hamlet/core";
import { type FeatureOptions, FeatureMap, featureScale, KINDS, makeFeatures } from "@hamlet/drdam";
import { expectClose } from "@hamlet/testing";
import { describe, expect, test } from "vitest";
import { arena } from "../../core/src/run/simd/arena.ts";
import { CompiledFeatures, distributed } from "../src/tensors/compiled.ts";

/** Sizes: odd and even, one block or many, blocks too short for transforms, more states than fit at once. */
const CASES: readonly (Pick<FeatureOptions, "D" | "Y" | "family"> & { readonly B: number })[] = [
  { family: "gaussian", D: 1, Y: 1, B: 1 },
  { family: "gaussian", D: 30, Y: 10_000, B: 70 },
  { family: "gaussian", D: 2000, Y: 50, B: 3 },
  { family: "orthogonal", D: 7, Y: 4097, B: 2 },
  { family: "structured", D: 5, Y: 33, B: 3 },
  { family: "structured", D: 16, Y: 16, B: 1 },
  { family: "structured", D: 17, Y: 10_001, B: 70 },
  { family: "structured", D: 64, Y: 100, B: 2 },
  { family: "structured", D: 200, Y: 5000, B: 3 },
  { family: "structured", D: 700, Y: 1025, B: 2 },
  { family: "structured", D: 5000, Y: 65_600, B: 70 },
];

function setting({ D, Y, family, B }: (typeof CASES)[number], kind: FeatureOptions["kind"]) {
  const beta = kind === "positive" ? 0.5 : 9;
  const features = makeFeatures({ D, Y, beta, key: key(3), family, kind });
  return {
    features,
    T: normal(key(4), 2 * Y),
    states: normal(foldIn(key(5), D), [B, D]).map((x) => x / Math.sqrt(D)),
  };
}

/** The same in float64, with the size that errors are measured by: that of all that is added. */
function reference({ features, T, states }: ReturnType<typeof setting>) {
  const { D, Y } = features.description;
  const map = new FeatureMap(features);
  const scale = featureScale(features);
  const sums = Float64Array.from(T).map((entry) => entry / scale);
  const gradients = new Float64Array(states.length);
  let size = 0;
  const kernelSums = Array.from({ length: states.length / D }, (_, b) => {
    const state = states.subarray(b * D, (b + 1) * D);
    const shares = map.phi(state).map((entry, i) => entry * T[i]);
    size = Math.max(size, scale * Math.sqrt(Y) * Math.hypot(...norms(shares)));
    return map.kernelSum(state, sums, gradients.subarray(b * D, (b + 1) * D));
  });
  return { kernelSums, gradients, size };
}

/** Norms of pieces: a call takes so many arguments. */
const norms = (numbers: Float64Array): number[] =>
  Array.from({ length: Math.ceil(numbers.length / 1000) }, (_, k) =>
    Math.hypot(...numbers.subarray(1000 * k, 1000 * (k + 1))),
  );

describe.each(KINDS)("%s features", (kind) => {
  test.each(CASES)("$family rows, D = $D, Y = $Y, $B states", (sizes) => {
    const before = arena().taken;
    const given = setting(sizes, kind);
    const compiled = new CompiledFeatures(given.features);
    const expected = reference(given);
    compiled.load(given.T);
    // Twice: nothing of the first run may be left for the second.
    for (let run = 0; run < 2; run++) {
      const gradients = new Float64Array(given.states.length).fill(7);
      const kernelSums = compiled.kernelSums(given.states, gradients);
      const { size } = expected;
      expectClose(kernelSums, expected.kernelSums, { tolerance: 1e-5, floor: size });
      expectClose(gradients, expected.gradients, { tolerance: 1e-5, floor: 3 * size });
    }
    compiled.dispose();
    expect(arena().taken).toBe(before);
  });

  test.each([1, 3, 700])("the memory of %i patterns is the sum of their features", (K) => {
    const before = arena().taken;
    const [D, Y] = [7, 2001];
    const features = makeFeatures({ D, Y, beta: 2, key: key(1), kind });
    const patterns = normal(key(2), [K, D]).map((x) => x / Math.sqrt(D));
    const map = new FeatureMap(features);
    const expected = new Float64Array(2 * Y);
    for (let m = 0; m < K; m++) {
      map.phi(patterns.subarray(m * D, (m + 1) * D)).forEach((x, i) => (expected[i] += x));
    }
    const T = atOnce(distributed(features, patterns));
    expectClose(T, expected, { tolerance: 1e-5, floor: K / Math.sqrt(Y) });
    expect(arena().taken).toBe(before);
  });
});

test("another memory takes the place of the one before", () => {
  const given = setting(CASES[1], "sin-cos");
  const compiled = new CompiledFeatures(given.features);
  const gradients = new Float64Array(given.states.length);
  compiled.load(given.T);
  const first = compiled.kernelSums(given.states, gradients);
  compiled.load(given.T.map((entry) => -2 * entry));
  const second = compiled.kernelSums(given.states, gradients);
  expect([...second]).toEqual([...first].map((sum) => -2 * sum));
  compiled.dispose();
});
