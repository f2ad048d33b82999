import { key, normal, uniform } from "@hamlet/core";
import {
  circlePoints,
  collapseTime,
  energyCensus,
  inverseTemperatureAt,
  type Points,
  pointsOf,
  polygonPoints,
  speciationTime,
  varianceExploding,
} from "@hamlet/diffusion";
import { expect, test } from "vitest";

const noise = varianceExploding(1);

test("speciation is where the noise is as wide as the data", () => {
  // Points on the unit circle have the covariance ½ in every direction.
  expect(speciationTime(polygonPoints(9), noise)).toBeCloseTo(0.5, 12);
  expect(speciationTime(polygonPoints(9), varianceExploding(2))).toBeCloseTo(0.125, 12);
  const wide = pointsOf([
    [2, 0, 0, 0],
    [-2, 0, 0, 0],
  ]);
  expect(speciationTime(wide, noise)).toBeCloseTo(4, 12);
  expect(speciationTime(pointsOf([[1, 2]]), noise)).toBe(0);
});

test("the centre of two patterns stops being a minimum at the speciation time", async () => {
  const pair = pointsOf([[0.8], [-0.8]]);
  const time = speciationTime(pair, noise);
  const minimaAt = async (t: number) => {
    const { points } = await energyCensus(pair, { beta: inverseTemperatureAt(noise, t) });
    return points.filter(({ kind }) => kind === "minimum").length;
  };
  expect(await minimaAt(time * 1.02)).toBe(1);
  expect(await minimaAt(time * 0.98)).toBe(2);
});

/** M points of a normal population in N dimensions. */
const normalPoints = (seed: number, M: number, N: number): Points => ({
  shape: [M, N],
  data: Float64Array.from(normal(key(seed), M * N)),
});

test.each([
  ["many points in the plane", 2, 9, 1000],
  ["a few points in the plane", 2, 9, 40],
  ["as few as there may be", 16, 64, 128],
  ["as few as there may be, for 256 patterns", 16, 256, 512],
  ["twice as many", 16, 256, 1024],
])(
  "patterns of a normal population collapse where the closed form says: %s",
  async (_, N, K, M) => {
    const expected = 1 / (K ** (2 / N) - 1);
    const found = await collapseTime(normalPoints(3, M, N), { noise, count: K });
    expect(found.low).toBeLessThan(expected);
    expect(found.high).toBeGreaterThan(expected);
    // Even from 2K points within 12%; 40 points in the plane are themselves known to a third.
    expect(Math.abs(found.time / expected - 1)).toBeLessThan(M === 40 ? 0.35 : 0.12);
  },
);

test("more points know better, and another noise only counts time otherwise", async () => {
  const width = async (M: number) => {
    const { low, high } = await collapseTime(normalPoints(4, M, 4), { noise, count: 16 });
    return high / low;
  };
  const [wide, middle, narrow] = [await width(32), await width(100), await width(400)];
  expect(narrow).toBeLessThan(middle);
  expect(middle).toBeLessThan(wide);
  const few = normalPoints(5, 50, 2);
  const found = await collapseTime(few, { noise, count: 9 });
  // Twice the diffusion coefficient reaches the same noise in a quarter of the time.
  const faster = await collapseTime(few, { noise: varianceExploding(2), count: 9 });
  expect(faster.time).toBeCloseTo(found.time / 4, 10);
  expect(faster.high).toBeCloseTo(found.high / 4, 10);
});

test("in one dimension it is where an entropy integrated on a grid is that of K Gaussians", async () => {
  const K = 12;
  const M = 400;
  const population: Points = { shape: [M, 1], data: Float64Array.from(uniform(key(6), M)) };
  const entropyAt = (variance: number) => {
    const deviation = Math.sqrt(variance);
    const [cells, from, to] = [400, -8 * deviation, 1 + 8 * deviation];
    const h = (to - from) / cells;
    let entropy = 0;
    for (let k = 0; k <= cells; k++) {
      // The Gaussians of 400 places, spread evenly.
      let sum = 0;
      for (let u = 0; u < 400; u++) {
        const z = (from + k * h - (u + 0.5) / 400) / deviation;
        sum += Math.exp((-z * z) / 2) / 400;
      }
      const density = sum / (deviation * Math.sqrt(2 * Math.PI));
      if (density > 0) entropy -= density * Math.log(density) * h;
    }
    return entropy;
  };
  let [low, high] = [1e-5, 1];
  for (let halving = 0; halving < 30; halving++) {
    const v = Math.sqrt(low * high);
    if (entropyAt(v) > Math.log(K) + Math.log(2 * Math.PI * Math.E * v) / 2) low = v;
    else high = v;
  }
  const found = await collapseTime(population, { noise, count: K });
  expect(found.low).toBeLessThan(low);
  expect(found.high).toBeGreaterThan(low);
  expect(Math.abs(found.time / low - 1)).toBeLessThan(0.15);
});

test("patterns on the circle collapse where their noise is as wide as their distance", async () => {
  // log 2π + ½ log(2πe v) = log K + log(2πe v) for a ring that is thin against its radius.
  const count = 40;
  const expected = (2 * Math.PI) / (Math.E * count ** 2);
  const found = await collapseTime(circlePoints(key(7), { count: 1500 }), {
    noise,
    count,
    draws: 1000,
  });
  expect(Math.abs(found.time / expected - 1)).toBeLessThan(0.1);
  expect(found.low).toBeLessThan(expected);
  expect(found.high).toBeGreaterThan(expected);
});

test("a population of one point, again and again, is refused", async () => {
  const same: Points = { shape: [10, 1], data: new Float64Array(10).fill(2) };
  await expect(collapseTime(same, { noise, count: 3 })).rejects.toThrow("Many of these are equal.");
});

test("a population that is too small is refused", async () => {
  await expect(collapseTime(polygonPoints(10), { noise, count: 6 })).rejects.toThrow(
    "The collapse of K patterns takes K from 2 up and a population of at least 2K points: found K = 6 and 10 points. Draw more points from what the patterns were drawn from.",
  );
});
