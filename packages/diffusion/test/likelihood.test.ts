import { key, normal } from "@hamlet/core";
import {
  energiesOf,
  exactScore,
  logLikelihood,
  type Points,
  pointsOf,
  polygonPoints,
  ringScore,
  varianceExploding,
} from "@hamlet/diffusion";
import { expect, test } from "vitest";

const noise = varianceExploding(1);

function apart(found: Float64Array, expected: Float64Array): number {
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
}

test("with the exact score it is the log density of the mixture, at 1000 points", async () => {
  const exact = exactScore(polygonPoints(9), noise);
  const points: Points = {
    shape: [1000, 2],
    data: Float64Array.from(normal(key(1), 2000), (z) => 0.8 * z),
  };
  const t = 0.15;
  const found = await logLikelihood(exact, points, {
    noise,
    t,
    logPrior: (x) => exact.logDensity(x, 1),
  });
  expect(apart(found, exact.logDensity(points.data, t))).toBeLessThan(1e-4);
});

test.each([
  ["close to the data", 1e-3, 1, exactScore(polygonPoints(9), noise)],
  ["more noise", 0.15, 2, exactScore(polygonPoints(9), varianceExploding(2))],
  ["a ring", 0.02, 1, ringScore(noise)],
  [
    "in space",
    0.05,
    1,
    exactScore(
      pointsOf([
        [1, 0, 0],
        [0, 1, 0.5],
        [-1, 0.3, 2],
      ]),
      noise,
    ),
  ],
])("the same %s", async (_, t, sigma, exact) => {
  const count = 50;
  const points: Points = {
    shape: [count, exact.width],
    data: Float64Array.from(normal(key(2), [count, exact.width])),
  };
  const found = await logLikelihood(exact, points, {
    noise: varianceExploding(sigma),
    t,
    logPrior: (x) => exact.logDensity(x, 1),
  });
  expect(apart(found, exact.logDensity(points.data, t))).toBeLessThan(1e-4);
});

/** On the ridges and in the valleys between patterns, next to them, on patterns, and outside. */
const VALLEYS = [
  [0, 0],
  [0, 0.3],
  [1e-3, 0],
  [1e-5, 2],
  [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)],
  [0.5 * Math.cos(Math.PI / 9), 0.5 * Math.sin(Math.PI / 9)],
  [1, 0],
  [2, 0],
];

test.each([
  ["two patterns", polygonPoints(2), 1, 1e-3],
  ["two patterns", polygonPoints(2), 1, 0.02],
  ["two patterns, from the default time on", polygonPoints(2), 1, undefined],
  ["nine patterns", polygonPoints(9), 1, 1e-3],
  ["nine patterns", polygonPoints(9), 1, 0.15],
  ["nine patterns, more noise", polygonPoints(9), 3, 1e-3],
])("in valleys the defaults are as exact: %s, %#", async (_, patterns, sigma, t) => {
  const process = varianceExploding(sigma);
  const exact = exactScore(patterns, process);
  const points = pointsOf(VALLEYS);
  const found = await logLikelihood(exact, points, {
    noise: process,
    ...(t === undefined ? {} : { t }),
    logPrior: (x) => exact.logDensity(x, 1),
  });
  // Log densities of 5e4 among them.
  expect(apart(found, exact.logDensity(points.data, t ?? 1e-5))).toBeLessThan(1e-4);
});

test("a smaller tolerance is kept", async () => {
  const exact = exactScore(polygonPoints(9), noise);
  const points = pointsOf(VALLEYS);
  const apartAt = async (tolerance: number) => {
    const options = {
      noise,
      t: 0.02,
      tolerance,
      logPrior: (x: Float64Array) => exact.logDensity(x, 1),
    };
    return apart(await logLikelihood(exact, points, options), exact.logDensity(points.data, 0.02));
  };
  await expect(apartAt(0)).rejects.toThrow("The tolerance must be a number above 0, not 0.");
  // Four factors of e in time, with some margin.
  for (const tolerance of [1e-3, 1e-5, 1e-7, 1e-9]) {
    expect(await apartAt(tolerance)).toBeLessThan(8 * tolerance);
  }
});

test.each([
  [0.5, 2],
  [2, 1],
  [3, 3],
])("with σ = %d in %d dimensions the default prior is N(0, σ²)", async (sigma, width) => {
  // The flow from one pattern at 0 only stretches, to x/√t, so the closed form is N(0, σ² t).
  const process = varianceExploding(sigma);
  const one = exactScore({ shape: [1, width], data: new Float64Array(width) }, process);
  const points: Points = { shape: [4, width], data: Float64Array.from(normal(key(8), 4 * width)) };
  const t = 0.2;
  const variance = sigma * sigma * t;
  const found = await logLikelihood(one, points, { noise: process, t });
  for (let i = 0; i < 4; i++) {
    const square = points.data
      .subarray(i * width, (i + 1) * width)
      .reduce((sum, value) => sum + value * value, 0);
    const expected = -(width / 2) * Math.log(2 * Math.PI * variance) - square / (2 * variance);
    expect(Math.abs(found[i] - expected)).toBeLessThan(1e-4);
  }
});

test("a single pattern, with the prior of the samplers, has its closed form", async () => {
  // The flow only stretches: x_1 = x_t / √t, so log p_t = log N(x_t/√t; 0, σ²) − log t.
  const one = exactScore(pointsOf([[0, 0]]), noise);
  const points = pointsOf([
    [0.1, 0.2],
    [-0.3, 0.05],
  ]);
  const t = 0.05;
  const found = await logLikelihood(one, points, { noise, t });
  const expected = [0.05, 0.0925].map((s) => -Math.log(2 * Math.PI) - s / (2 * t) - Math.log(t));
  expect(apart(found, Float64Array.from(expected))).toBeLessThan(1e-4);
});

test("a point's likelihood does not depend on the points beside it", async () => {
  const exact = exactScore(polygonPoints(5), noise);
  const together = pointsOf([
    [0.9, 0.1],
    [3, -4],
    [0, 0],
    [-0.5, 0.5],
  ]);
  const all = await logLikelihood(exact, together, { noise, t: 0.01 });
  for (let i = 0; i < 4; i++) {
    const alone = pointsOf([Array.from(together.data.slice(2 * i, 2 * i + 2))]);
    expect((await logLikelihood(exact, alone, { noise, t: 0.01 }))[0]).toBe(all[i]);
  }
});

test("only points still under way are asked for", async () => {
  const exact = exactScore(polygonPoints(5), noise);
  const sizes: number[] = [];
  const watched = {
    ...exact,
    scoreAndDivergence: (x: Float64Array, t: Float64Array) => {
      sizes.push(t.length);
      return exact.scoreAndDivergence(x, t);
    },
  };
  const progress: number[] = [];
  const onProgress = ({ done }: { done: number }) => progress.push(done);
  const points = pointsOf([
    [0.9, 0.1],
    [5, -7],
    [0, 0],
    [-0.5, 0.5],
  ]);
  await logLikelihood(watched, points, { noise, t: 0.01, onProgress });
  expect(sizes[0]).toBe(4);
  expect(sizes.at(-1)).toBeLessThan(4);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(progress.at(-1)).toBe(4);
});

test("energies of all groups are measured from the lowest of all", () => {
  const [patterns, centres] = energiesOf(Float64Array.of(-3, -1, -5), Float64Array.of(-2));
  expect(patterns).toEqual(Float64Array.of(2, 0, 4));
  expect(centres).toEqual(Float64Array.of(1));
});

test("it stops when asked to, and gives up on a score that is not a number", async () => {
  const exact = exactScore(polygonPoints(5), noise);
  const points = pointsOf([[0.9, 0.1]]);
  await expect(
    logLikelihood(exact, points, { noise, signal: { aborted: true } }),
  ).rejects.toMatchObject({ code: "core/aborted" });
  const broken = {
    ...exact,
    scoreAndDivergence: async (x: Float64Array, t: Float64Array) => ({
      score: x.map(() => NaN),
      divergence: t.map(() => NaN),
    }),
  };
  await expect(logLikelihood(broken, points, { noise, maxSteps: 50 })).rejects.toMatchObject({
    code: "diffusion/too-many-steps",
  });
});
