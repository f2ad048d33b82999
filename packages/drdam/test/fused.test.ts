// Kernel sums by WebAssembly against those in float64, with and without fused multiplications.

import { foldIn, key, normal } from "@hamlet/core";
import { type FeatureOptions, FeatureMap, featureScale, makeFeatures } from "@hamlet/drdam";
import { expectClose } from "@hamlet/testing";
import { describe, expect, test } from "vitest";
import { StructuredRows } from "@hamlet/core";
import { FusedFeatures, makeFusedFeatures } from "../src/fused/fused-features.ts";
import { instantiate } from "../src/fused/instance.ts";
import { kernelModule } from "../src/fused/kernels.ts";
import { StoredRows } from "../src/fused/stored-rows.ts";
import { TransformedRows } from "../src/fused/transformed-rows.ts";

/** Sizes: odd and even, rows that do not fill a group or a part, more states than fit at once. */
const CASES: readonly (Pick<FeatureOptions, "D" | "Y" | "family"> & { readonly B: number })[] = [
  { family: "gaussian", D: 1, Y: 1, B: 1 },
  { family: "gaussian", D: 30, Y: 10_000, B: 70 },
  { family: "gaussian", D: 2000, Y: 50, B: 3 },
  { family: "orthogonal", D: 7, Y: 4097, B: 2 },
  { family: "structured", D: 16, Y: 16, B: 1 },
  { family: "structured", D: 17, Y: 10_001, B: 70 },
  { family: "structured", D: 64, Y: 100, B: 2 },
  { family: "structured", D: 200, Y: 5000, B: 3 },
  { family: "structured", D: 700, Y: 1025, B: 2 },
  { family: "structured", D: 5000, Y: 9000, B: 70 },
];

function setting({ D, Y, family, B }: (typeof CASES)[number], beta = 9) {
  const features = makeFeatures({ D, Y, beta, key: key(3), family });
  return {
    features,
    T: normal(key(4), 2 * Y),
    states: normal(foldIn(key(5), D), [B, D]).map((x) => x / Math.sqrt(D)),
  };
}

/** The same in float64, with the size that errors are measured by: √Σ of squares of what is added. */
function reference({ features, T, states }: ReturnType<typeof setting>) {
  const { D } = features.description;
  const map = new FeatureMap(features);
  const scale = featureScale(features);
  const sums = Float64Array.from(T).map((entry) => entry / scale);
  const gradients = new Float64Array(states.length);
  const kernelSums = Array.from({ length: states.length / D }, (_, b) => {
    const [from, to] = [b * D, (b + 1) * D];
    return map.kernelSum(states.subarray(from, to), sums, gradients.subarray(from, to));
  });
  const size = scale * Math.hypot(...T);
  return { kernelSums, gradients, size };
}

describe.each([true, false])("with fused multiplications: %s", (isFused) => {
  test.each(CASES)("$family rows, D = $D, Y = $Y, $B states", (sizes) => {
    const given = setting(sizes);
    const { projection } = given.features;
    const rows =
      projection instanceof StructuredRows
        ? new TransformedRows(projection)
        : new StoredRows(projection);
    const instance = instantiate(rows.bytes, kernelModule(isFused));
    const fused = new FusedFeatures(given.features, rows, instance!);
    const expected = reference(given);
    fused.load(given.T);
    // Twice: nothing of the first run may be left for the second.
    for (let run = 0; run < 2; run++) {
      const gradients = new Float64Array(given.states.length).fill(7);
      const kernelSums = fused.kernelSums(given.states, gradients);
      const { size } = expected;
      expectClose(kernelSums!, expected.kernelSums, { tolerance: 1e-5, floor: size });
      expectClose(gradients, expected.gradients, { tolerance: 1e-5, floor: 3 * size });
    }
  });
});

test("another memory takes the place of the one before", () => {
  const given = setting(CASES[1]);
  const fused = makeFusedFeatures(given.features)!;
  fused.load(given.T);
  const gradients = new Float64Array(given.states.length);
  const first = fused.kernelSums(given.states, gradients)!;
  fused.load(given.T.map((entry) => -2 * entry));
  const second = fused.kernelSums(given.states, gradients)!;
  expect([...second]).toEqual([...first].map((sum) => -2 * sum));
});

test("sine and cosine are right to 2e-7 for every angle that is served", () => {
  // With one row and T = (1, 0) or (0, 1), a kernel sum is a sine or cosine of ω √β x.
  const features = makeFeatures({ D: 1, Y: 1, beta: 1, key: key(1) });
  const [omega] = features.projection.matrix();
  const fused = makeFusedFeatures(features)!;
  const angles = [1, 30, 1000, 24_900].flatMap((reach) =>
    Array.from({ length: 5001 }, (_, i) => Math.fround((reach * (i - 2500)) / 2500 / omega)),
  );
  const states = Float32Array.from(angles);
  const slopes = new Float64Array(states.length);
  for (const [T, exact] of [
    [[1, 0], Math.cos],
    [[0, 1], Math.sin],
  ] as const) {
    fused.load(T);
    const values = fused.kernelSums(states, slopes)!;
    // The product is rounded before its sine is taken.
    const expected = angles.map((x) => exact(Math.fround(x * omega)));
    expectClose(values, expected, { tolerance: 2e-7, floor: 1 });
  }
});

test.each([
  ["angles too large for float32", [3e4], [1, 1]],
  ["states that are no numbers", [Number.NaN], [1, 1]],
  ["states without bound", [Number.POSITIVE_INFINITY], [1, 1]],
  ["a memory too large for float32", [1], [1e31, 0]],
  ["a memory of no numbers", [1], [Number.NaN, 0]],
])("leaves %s to float64, and writes nothing", (_, state, T) => {
  const fused = makeFusedFeatures(makeFeatures({ D: 1, Y: 1, beta: 100, key: key(1) }))!;
  fused.load(T);
  const gradients = new Float64Array([5]);
  expect(fused.kernelSums(Float32Array.from(state), gradients)).toBeNull();
  expect([...gradients]).toEqual([5]);
});

test.each([
  ["positive features", { D: 20, Y: 40, beta: 1, key: key(1), kind: "positive" }],
  [
    "transforms of fewer than 16 numbers",
    { D: 8, Y: 40, beta: 1, key: key(1), family: "structured" },
  ],
] as const)("leaves %s to float64", (_, options) => {
  expect(makeFusedFeatures(makeFeatures(options))).toBeNull();
});

test("leaves rows to others that would fill a gigabyte, or that no WebAssembly is there for", () => {
  expect(instantiate(2 ** 31)).toBeNull();
  expect(instantiate(64, new Uint8Array([1, 2, 3]))).toBeNull();
});
