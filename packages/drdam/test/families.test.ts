// How the families of rows compare, and which defects of their textbook forms are avoided.

import { foldIn, key, normal, uniform } from "@hamlet/core";
import { chiQuantile } from "@hamlet/core/numbers";
import {
  FeatureMap,
  type FeatureOptions,
  featureScale,
  kernelVariance,
  makeFeatures,
  rbfKernelOf,
} from "@hamlet/drdam";
import { describe, expect, test } from "vitest";

/** The features' mean of `cos⟨ω, √β δ⟩` over groups of `size` rows. */
function groupMeans(map: FeatureMap, delta: Float64Array, size: number): Float64Array {
  const means = new Float64Array(map.features.description.Y / size);
  map.blocks(delta, (row, count, cosines) => {
    for (let i = 0; i < count; i++) means[Math.floor((row + i) / size)] += cosines[i] / size;
  });
  return means;
}

/** Mean and variance of independent numbers. */
function moments(values: Float64Array) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance, standardError: Math.sqrt(variance / values.length) };
}

/** A difference of two states with `β |δ|² = square` for β = 1. */
function offset(D: number, square: number): Float64Array {
  const direction = Float64Array.from(normal(key(77), D));
  const norm = Math.hypot(...direction);
  return direction.map((x) => (x / norm) * Math.sqrt(square));
}

const D = 64;
const SQUARES = [0.1, 0.5, 1, 2, 4, 8];
const GROUPS = 2048;

const drawn = (choice: Partial<FeatureOptions>, groups = GROUPS) =>
  new FeatureMap(makeFeatures({ D, Y: groups * D, beta: 1, key: key(12), ...choice }));
const INDEPENDENT = drawn({});
const STRUCTURED = drawn({ family: "structured" });
const MAPS = { orthogonal: drawn({ family: "orthogonal" }, 512), structured: STRUCTURED };
const FIXED = drawn({ family: "structured", norms: "fixed" });

describe.each(SQUARES)("at β|δ|² = %d", (square) => {
  const delta = offset(D, square);
  const kernel = Math.exp(-square / 2);

  test("independent rows have the variance of the law, and no bias", () => {
    const { mean, variance, standardError } = moments(groupMeans(INDEPENDENT, delta, D));
    expect(Math.abs(mean - kernel)).toBeLessThan(4 * standardError);
    // The relative standard error of a variance is √(2/n), three of them 9%.
    expect(variance / kernelVariance(kernel, D)).toBeGreaterThan(0.9);
    expect(variance / kernelVariance(kernel, D)).toBeLessThan(1.1);
  });

  test.each(["orthogonal", "structured"] as const)(
    "%s rows have no bias, and an error of at most 1.05 times that of independent ones",
    (family) => {
      const found = groupMeans(MAPS[family], delta, D);
      const { mean, variance, standardError } = moments(found);
      expect(Math.abs(mean - kernel)).toBeLessThan(4 * standardError);
      const ratio = Math.sqrt(variance / kernelVariance(kernel, D));
      expect(ratio).toBeLessThan(1.05);
    },
  );

  test("E15: structured rows of one length are biased", () => {
    const found = moments(groupMeans(FIXED, delta, D));
    const bias = found.mean - kernel;
    // Rows of length √D make a Bessel function of the kernel: e^{−s/2}(1 − s²/(4D) + …) with s = β|δ|².
    const expected = (-kernel * square ** 2) / (4 * D);
    if (square >= 1 && square <= 4) expect(Math.abs(bias)).toBeGreaterThan(4 * found.standardError);
    expect(Math.abs(bias - expected)).toBeLessThan(
      4 * found.standardError + 0.25 * Math.abs(expected),
    );
  });
});

test("E10: rows of a bare rotation approximate another kernel, rescaled rows the right one", () => {
  const [size, square] = [100, 4];
  const delta = offset(size, square);
  const map = makeFeatures({ D: size, Y: 2000, beta: 1, key: key(4), family: "orthogonal" });
  const rows = map.projection.matrix();
  const mean = (scale: (norm: number) => number) => {
    let total = 0;
    for (let at = 0; at < rows.length; at += size) {
      let [norm, phase] = [0, 0];
      for (let d = 0; d < size; d++) {
        norm += rows[at + d] ** 2;
        phase += rows[at + d] * delta[d];
      }
      total += Math.cos(phase * scale(Math.sqrt(norm)));
    }
    return total / 2000;
  };
  expect(mean(() => 1)).toBeCloseTo(Math.exp(-square / 2), 1.5);
  // Norm 1 instead of 10: as if β were a hundredth.
  expect(mean((norm) => 1 / norm)).toBeCloseTo(Math.exp(-square / 2 / size), 2);
  expect(mean((norm) => 1 / norm)).toBeGreaterThan(0.97);
});

test("structured rows halve the error of a memory of 200 patterns at β = 5", () => {
  const [K, Q, Y, beta, draws] = [200, 10, 8192, 5, 3];
  const coins = (seed: number, count: number) =>
    Float64Array.from(uniform(key(seed), count * D), (u) => (u > 0.5 ? 1 / Math.sqrt(D) : 0));
  const [memories, states] = [coins(1, K), coins(2, Q)];
  const row = (all: Float64Array, k: number) => all.subarray(k * D, (k + 1) * D);
  const exact = Array.from({ length: Q }, (_, q) => {
    const kernels = Array.from({ length: K }, (__, m) =>
      rbfKernelOf(row(states, q), row(memories, m), beta),
    );
    return kernels.reduce((sum, k) => sum + k, 0);
  });
  const errorOf = (choice: Pick<FeatureOptions, "family" | "norms">) => {
    let [squares, bias] = [0, 0];
    for (let draw = 0; draw < draws; draw++) {
      const map = new FeatureMap(
        makeFeatures({ D, Y, beta, key: foldIn(key(9), draw), ...choice }),
      );
      const sums = new Float64Array(2 * Y);
      const scale = featureScale(map.features);
      for (let m = 0; m < K; m++) {
        map.phi(row(memories, m)).forEach((entry, i) => (sums[i] += entry / scale));
      }
      exact.forEach((h, q) => {
        const error = map.kernelSum(row(states, q), sums, null) / h - 1;
        squares += error ** 2 / (Q * draws);
        bias += error / (Q * draws);
      });
    }
    return { error: Math.sqrt(squares), bias };
  };
  const independent = errorOf({ family: "gaussian" });
  const structured = errorOf({ family: "structured" });
  const even = errorOf({ family: "structured", norms: "quasi-monte-carlo" });
  const fixed = errorOf({ family: "structured", norms: "fixed" });
  expect(structured.error).toBeLessThan(0.5 * independent.error);
  expect(even.error).toBeLessThan(0.5 * independent.error);
  // E15: the bias of fixed norms adds up over the memories, and is all that is left of the error.
  expect(fixed.error).toBeGreaterThan(2 * independent.error);
  expect(-fixed.bias / fixed.error).toBeGreaterThan(0.95);
});

describe("positive features", () => {
  test("have no bias near the origin, and never give a sum below 0", () => {
    const options = { D: 4, Y: 200_000, beta: 1, key: key(3), kind: "positive" } as const;
    const map = new FeatureMap(makeFeatures(options));
    const [x, y] = [offset(4, 0.5), offset(4, 1).map((entry, d) => (d < 2 ? -entry : entry))];
    const [a, b] = [map.phi(x), map.phi(y)];
    const found = a.reduce((sum, entry, i) => sum + entry * b[i], 0);
    expect(found / rbfKernelOf(x, y, 1)).toBeCloseTo(1, 1.5);
    expect(a.every((entry) => entry > 0)).toBe(true);
  });
});

describe("rows", () => {
  // The second block holds three rows.
  test.each(["gaussian", "orthogonal"] as const)(
    "%s ones multiply as their matrix does, to the last of a block",
    (family) => {
      const [D, Y] = [5, 259];
      const { projection } = makeFeatures({ D, Y, beta: 1, key: key(8), family });
      const rows = projection.matrix();
      const x = Float64Array.from(normal(key(2), D));
      const weights = Float64Array.from(normal(key(3), Y));
      const [phases, sum, squares] = [Y, D, D].map((length) => new Float64Array(length));
      for (let block = 0, from = 0; block < projection.blocks; block++) {
        const own = weights.subarray(from);
        projection.project(block, x, phases.subarray(from));
        projection.addTransposed(block, own, sum);
        projection.addSquaresTransposed(block, own, squares);
        from += projection.blockRows;
      }
      const of = (i: number, d: number) => rows[i * D + d];
      phases.forEach((phase, i) =>
        expect(phase).toBeCloseTo(
          x.reduce((total, entry, d) => total + of(i, d) * entry, 0),
          10,
        ),
      );
      for (let d = 0; d < D; d++) {
        const totals = [1, 2].map((power) =>
          weights.reduce((total, weight, i) => total + weight * of(i, d) ** power, 0),
        );
        expect(sum[d]).toBeCloseTo(totals[0], 10);
        expect(squares[d]).toBeCloseTo(totals[1], 10);
      }
    },
  );

  test("a structured block is orthogonal, and its fast product is that of its matrix", () => {
    const options = { D: 16, Y: 40, beta: 1, key: key(8), family: "structured" } as const;
    const { projection } = makeFeatures(options);
    const rows = projection.matrix();
    const x = Float64Array.from(normal(key(2), 16));
    const phases = new Float64Array(16);
    const weights = Float64Array.from(normal(key(3), 16));
    for (let block = 0; block < 3; block++) {
      const count = Math.min(16, 40 - block * 16);
      const row = (i: number) => rows.subarray((block * 16 + i) * 16, (block * 16 + i + 1) * 16);
      projection.project(block, x, phases);
      const sum = new Float64Array(16);
      projection.addTransposed(block, weights, sum);
      for (let i = 0; i < count; i++) {
        expect(phases[i]).toBeCloseTo(
          row(i).reduce((total, entry, d) => total + entry * x[d], 0),
          5,
        );
        for (let j = 0; j < i; j++) {
          const overlap = row(i).reduce((total, entry, d) => total + entry * row(j)[d], 0);
          expect(Math.abs(overlap)).toBeLessThan(1e-4);
        }
      }
      sum.forEach((total, d) => {
        let expected = 0;
        for (let i = 0; i < count; i++) expected += weights[i] * row(i)[d];
        expect(total).toBeCloseTo(expected, 4);
      });
    }
  });

  test("lengths follow the χ distribution, also when they fill it evenly", () => {
    for (const norms of ["chi", "quasi-monte-carlo"] as const) {
      const options = {
        D: 32,
        Y: 3200,
        beta: 1,
        key: key(6),
        family: "orthogonal",
        norms,
      } as const;
      const rows = makeFeatures(options).projection.matrix();
      const lengths = Float64Array.from({ length: 3200 }, (_, i) =>
        Math.hypot(...rows.subarray(i * 32, (i + 1) * 32)),
      );
      const below = (p: number) =>
        lengths.filter((length) => length < chiQuantile(32, p)).length / 3200;
      const allowed = norms === "chi" ? 0.035 : 0.002;
      for (const p of [0.1, 0.5, 0.9]) expect(Math.abs(below(p) - p)).toBeLessThan(allowed);
    }
  });
});
