// Error bars: the closed form, the estimate from T alone, and what they are good for.

import { foldIn, type Key, key, normal, split, uniform } from "@hamlet/core";
import {
  divergence,
  divergenceBound,
  type ErrorBar,
  expectedError,
  FeatureMap,
  featuresFor,
  kernelVariance,
  largestStep,
  lseDescent,
  makeFeatures,
  makeMemory,
  rbfKernelOf,
  rowMoments,
  type TrustedBar,
} from "@hamlet/drdam";
import { describe, expect, test } from "vitest";
import { coins, notebook, rowsOf } from "./notebook.ts";

function trusted(bar: ErrorBar): TrustedBar {
  if (!bar.trusted) throw new Error(`the noise ${bar.relativeNoise} is too large`);
  return bar;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

test("the moments of a row are those of many rows", async () => {
  const [D, K, beta, Y] = [4, 5, 3, 400_000];
  const patterns = normal(key(1), [K, D]).map((x) => x / 2);
  const v = normal(key(2), D).map((x) => x / 2);
  const exact = rowMoments(v, patterns, { beta, wantGradient: true });
  const memory = makeMemory({ D, Y, beta, key: key(3) });
  await memory.store(patterns);
  const sums = memory.T().map((entry) => entry * Math.sqrt(Y));
  const sample = new FeatureMap(memory.features).spread(v, sums, true);
  expect(sample.kernelSum / exact.kernelSum).toBeCloseTo(1, 1.7);
  expect(sample.variance / exact.variance).toBeCloseTo(1, 1.7);
  exact.gradient.forEach((entry, d) => expect(sample.gradient[d]).toBeCloseTo(entry, 1.5));
  exact.gradientVariance!.forEach((entry, d) =>
    expect(sample.gradientVariance![d] / entry).toBeCloseTo(1, 1.5),
  );
});

test("one pattern is one kernel: the variance is that of the kernel", () => {
  const v = [0.3, -0.2];
  const xi = [0.1, 0.5];
  const { kernelSum, variance } = rowMoments(v, xi, { beta: 2 });
  expect(kernelSum).toBeCloseTo(rbfKernelOf(v, xi, 2), 14);
  expect(variance / 100).toBeCloseTo(kernelVariance(kernelSum, 100), 14);
});

describe("E1: the kernel scatter of the notebook", () => {
  // Root mean squares as published, with the memories' features at β = 1, and with the same β.
  const published = { 0.01: 0.848, 0.1: 0.415, 1: 0.0037, 10: 0.062 };
  const corrected = { 0.01: 0.0015, 0.1: 0.0037, 1: 0.0037, 10: 0.0038 };
  const keys = split(key(779), 10);
  const box = (from: Key, count: number) =>
    rowsOf(
      uniform(from, [count, 2]).map((u) => u * 2 * 5 - 5),
      2,
    );
  const [memories, states] = [box(keys[0], 8), box(keys[9], 100)];
  const mapOf = (beta: number) =>
    new FeatureMap(makeFeatures({ D: 2, Y: 2 ** 15, beta, key: keys[4] }));
  const atOne = memories.map((xi) => mapOf(1).phi(xi));

  test.each([0.01, 0.1, 1, 10] as const)("at β = %d", (beta) => {
    const map = mapOf(beta);
    const same = memories.map((xi) => map.phi(xi));
    const errors = { wrong: [] as number[], right: [] as number[] };
    for (const state of states) {
      const phi = map.phi(state);
      const product = (other: Float64Array) => {
        let sum = 0;
        for (let i = 0; i < phi.length; i++) sum += phi[i] * other[i];
        return sum;
      };
      memories.forEach((xi, m) => {
        const exact = rbfKernelOf(state, xi, beta);
        errors.wrong.push((product(atOne[m]) - exact) ** 2);
        errors.right.push((product(same[m]) - exact) ** 2);
      });
    }
    // One in the last digit that is listed.
    const lastDigit = (value: number) => (value >= 0.01 ? 0.001 : 0.0001);
    const near = (found: number, listed: number) =>
      expect(Math.abs(found - listed)).toBeLessThanOrEqual(lastDigit(listed));
    near(Math.sqrt(mean(errors.wrong)), published[beta]);
    near(Math.sqrt(mean(errors.right)), corrected[beta]);
  });
});

test("the energy errors of DrDAM are those of the table", async () => {
  const [D, K, beta, R] = [30, 20, 10, 30];
  const memories = coins(key(41), [K, D], D);
  const queries = rowsOf(coins(key(42), [20, D], D), D);
  const table = [
    { Y: 2000, atMemories: 0.0031, atQueries: 0.0051 },
    { Y: 8000, atMemories: 0.00154, atQueries: 0.00257 },
  ];
  for (const { Y, atMemories, atQueries } of table) {
    const measured = { memories: [] as number[], queries: [] as number[] };
    for (let r = 0; r < R; r++) {
      const memory = makeMemory({ D, Y, beta, key: foldIn(key(43), r) });
      await memory.store(memories);
      const errorAt = (v: Float32Array) =>
        Math.abs(memory.energy(v) - lseDescent(v, memories, beta).energy);
      measured.memories.push(...rowsOf(memories, D).map(errorAt));
      measured.queries.push(...queries.map(errorAt));
    }
    const expectedAt = (v: Float32Array) =>
      trusted(expectedError(v, memories, { beta, Y })).meanError;
    for (const [found, law, listed] of [
      [mean(measured.memories), mean(rowsOf(memories, D).map(expectedAt)), atMemories],
      [mean(measured.queries), mean(queries.map(expectedAt)), atQueries],
    ]) {
      expect(Math.abs(found / listed - 1)).toBeLessThan(0.15);
      expect(Math.abs(law / listed - 1)).toBeLessThan(0.15);
    }
  }
});

describe("95% intervals", () => {
  /** One random setting: sizes, sharpness, patterns, a query near or far, features. */
  function setting(index: number) {
    const keys = split(foldIn(key(50), index), 4);
    const [a, b, c, d] = uniform(keys[0], 4);
    const D = 2 + Math.floor(a * 12);
    const K = 1 + Math.floor(b * 12);
    const beta = 0.3 + 4 * c;
    const patterns = normal(keys[1], [K, D]).map((x) => x / Math.sqrt(D));
    const v = normal(keys[2], D).map((x, i) => patterns[i] + (d * x) / Math.sqrt(D));
    return { D, beta, patterns, v, key: keys[3], Y: 400 + Math.floor(d * 800) };
  }

  test("cover the truth in 93 to 97% of 2000 random settings, in closed form and from T", async () => {
    const inside = { closed: 0, estimated: 0 };
    const counted = { closed: 0, estimated: 0 };
    for (let index = 0; counted.closed < 2000; index++) {
      const { D, Y, beta, patterns, v, key: from } = setting(index);
      const truth = lseDescent(v, patterns, beta).energy;
      const expected = expectedError(v, patterns, { beta, Y });
      if (!expected.trusted) continue;
      const memory = makeMemory({ D, Y, beta, key: from });
      await memory.store(patterns);
      counted.closed++;
      // The law is about where the energy by features falls, so its bar stands at the truth.
      const [low, high] = expected.interval95;
      const energy = memory.energy(v);
      if (energy >= low && energy <= high) inside.closed++;
      const estimate = memory.errorBar(v);
      if (!estimate.trusted) continue;
      counted.estimated++;
      if (truth >= estimate.interval95[0] && truth <= estimate.interval95[1]) inside.estimated++;
    }
    expect(counted.estimated).toBeGreaterThan(1950);
    for (const kind of ["closed", "estimated"] as const) {
      const share = inside[kind] / counted[kind];
      expect(share, kind).toBeGreaterThanOrEqual(0.93);
      expect(share, kind).toBeLessThanOrEqual(0.97);
    }
  });
});

test("the deviation of the gradient is that over many draws of the features", async () => {
  const [D, Y, beta, draws] = [5, 3000, 2, 150];
  const patterns = normal(key(1), [6, D]).map((x) => x / 2);
  const v = normal(key(2), D).map((x) => x / 3);
  const gradients: Float64Array[] = [];
  const energies: number[] = [];
  const estimates: Float64Array[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const memory = makeMemory({ D, Y, beta, key: foldIn(key(60), draw) });
    await memory.store(patterns);
    gradients.push(memory.gradient(v));
    energies.push(memory.energy(v));
    estimates.push(trusted(memory.errorBar(v, { gradient: true })).gradientDeviation!);
  }
  const law = trusted(expectedError(v, patterns, { beta, Y, gradient: true }));
  // The relative standard error of a deviation is 1/√(2n), 6%.
  expect(Math.abs(deviation(energies) / law.standardDeviation - 1)).toBeLessThan(0.2);
  law.gradientDeviation!.forEach((expected, d) => {
    expect(Math.abs(deviation(gradients.map((g) => g[d])) / expected - 1)).toBeLessThan(0.2);
    expect(Math.abs(mean(estimates.map((e) => e[d])) / expected - 1)).toBeLessThan(0.1);
  });
});

test("outside the range of the law there is no bar, but a reason and a cure", async () => {
  const { options, memories, queries } = notebook();
  const memory = makeMemory({ ...options, Y: 60 });
  await memory.store(memories);
  const bar = memory.errorBar(queries.slice(0, 30));
  expect(bar.trusted).toBe(false);
  const law = expectedError(queries.slice(0, 30), memories, { beta: 25, Y: 60 });
  if (law.trusted) throw new Error("60 rows are too few");
  expect(law.reason).toBe("too-noisy");
  expect(law.relativeNoise).toBeGreaterThan(0.35);
  const enough = { beta: 25, Y: law.featuresNeeded + 1 };
  expect(trusted(expectedError(queries.slice(0, 30), memories, enough)).relativeNoise).toBeCloseTo(
    0.35,
    3,
  );
});

describe("featuresFor", () => {
  const [D, beta] = [30, 10];
  const patterns = coins(key(41), [20, D], D);

  test("picks the number of rows that reaches the wanted error, and no more", async () => {
    const maxError = 0.004;
    const Y = featuresFor({ maxError, D, beta, patterns });
    const worst = (rows: number) =>
      Math.max(
        ...rowsOf(patterns, D).map(
          (v) => trusted(expectedError(v, patterns, { beta, Y: rows })).meanError,
        ),
      );
    expect(worst(Y)).toBeLessThanOrEqual(maxError);
    expect(worst(Y - 1)).toBeGreaterThan(maxError);
    const errors: number[][] = [];
    for (let draw = 0; draw < 20; draw++) {
      const memory = makeMemory({ D, Y, beta, key: foldIn(key(70), draw) });
      await memory.store(patterns);
      const errorAt = (v: Float32Array) =>
        Math.abs(memory.energy(v) - lseDescent(v, patterns, beta).energy);
      errors.push(rowsOf(patterns, D).map(errorAt));
    }
    const each = rowsOf(patterns, D).map((_, m) => mean(errors.map((draw) => draw[m])));
    // Means of 20 draws: the relative standard error is √(π/2 − 1)/√20 = 17%.
    expect(mean(each)).toBeLessThan(maxError);
    expect(Math.max(...each)).toBeLessThan(1.6 * maxError);
  });

  test("stays in the range of the law however much error is allowed", () => {
    const Y = featuresFor({ maxError: 1000, D, beta, patterns });
    for (const v of rowsOf(patterns, D)) trusted(expectedError(v, patterns, { beta, Y }));
  });

  test("says when no number of features will do", () => {
    const far = Array.from({ length: D }, () => 30);
    expect(() => featuresFor({ maxError: 0.1, D, beta, patterns, states: far })).toThrow(
      "featuresFor: state 0 has the kernel sum 0.00, too small for any number of features to see. Ask for states nearer to the patterns, or lower beta.",
    );
    expect(() => featuresFor({ maxError: 0, D, beta, patterns })).toThrow(
      'featuresFor: expected a number above 0 as "maxError", found 0. Change "maxError".',
    );
    expect(() => featuresFor({ maxError: 1, D, beta, patterns: [1] })).toThrow(
      'featuresFor: expected whole states of D = 30 numbers as "patterns", found 1. Change "patterns".',
    );
  });
});

test("two descents part by no more than the bound", async () => {
  const [D, K, beta, depth, stepConstant] = [6, 5, 2, 30, 0.5];
  const patterns = coins(key(80), [K, D], D);
  const alpha = largestStep({ beta, K, depth, stepConstant });
  for (const Y of [100, 1000, 10_000]) {
    const memory = makeMemory({ D, Y, beta, key: key(81) });
    await memory.store(patterns);
    const map = new FeatureMap(memory.features);
    const queries = rowsOf(coins(key(82), [12, D], D), D);
    // C₁ as these features have it, at the states that matter.
    const states = [...queries, ...rowsOf(patterns, D)].map((v) => ({ v, phi: map.phi(v) }));
    const kernelErrors = states.flatMap((a) =>
      states.map((b) => {
        const approx = a.phi.reduce((sum, entry, i) => sum + entry * b.phi[i], 0);
        return Math.abs(approx - rbfKernelOf(a.v, b.v, beta));
      }),
    );
    const kernelConstant = Math.max(...kernelErrors) / Math.sqrt(D / Y);
    for (const query of queries) {
      let [exact, approx] = [Float64Array.from(query), Float64Array.from(query)];
      for (let step = 0; step < depth; step++) {
        const { gradient } = lseDescent(exact, patterns, beta);
        const other = memory.gradient(approx);
        exact = exact.map((x, d) => x - alpha * gradient[d]);
        approx = approx.map((x, d) => x - alpha * other[d]);
      }
      const { energy } = lseDescent(query, patterns, beta);
      const bound = divergenceBound({ beta, D, Y, energy, kernelConstant, stepConstant });
      const found = divergence(exact, approx);
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThan(bound);
    }
  }
});

test("the bound of a divergence is its formula", () => {
  const about = { beta: 2, D: 9, Y: 100, energy: 1, kernelConstant: 3, stepConstant: 0.5 };
  // 3 · ½ · √(9/100) · e¹ / (2 · ½)
  expect(divergenceBound(about)).toBeCloseTo(0.45 * Math.E, 12);
  expect(divergenceBound({ ...about, Y: 400 })).toBeCloseTo(0.225 * Math.E, 12);
});
