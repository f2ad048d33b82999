import { key, normal } from "@hamlet/core";
import {
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

test("patterns of a normal population collapse where the closed form says", () => {
  const population: Points = { shape: [1000, 2], data: Float64Array.from(normal(key(3), 2000)) };
  const count = 9;
  const expected = 1 / (count - 1);
  const found = collapseTime(population, { noise, count });
  expect(Math.abs(found / expected - 1)).toBeLessThan(0.12);
  // Twice the diffusion coefficient reaches the same noise in a quarter of the time.
  expect(collapseTime(population, { noise: varianceExploding(2), count })).toBeCloseTo(
    found / 4,
    10,
  );
});

test("patterns on the circle collapse where their noise is as wide as their distance", () => {
  // log 2π + ½ log(2πe v) = log K + log(2πe v) for a ring that is thin against its radius.
  const count = 40;
  const expected = (2 * Math.PI) / (Math.E * count ** 2);
  const found = collapseTime(polygonPoints(200), { noise, count, draws: 8000 });
  expect(Math.abs(found / expected - 1)).toBeLessThan(0.06);
});

test("a population of one point, again and again, is refused", () => {
  const same: Points = { shape: [10, 1], data: new Float64Array(10).fill(2) };
  expect(() => collapseTime(same, { noise, count: 3 })).toThrow("Many of these are equal.");
});

test("a population that is too small is refused", () => {
  expect(() => collapseTime(polygonPoints(10), { noise, count: 6 })).toThrow(
    "The collapse of K patterns takes K from 2 up and a population of at least 2K points: found K = 6 and 10 points. Draw more points from what the patterns were drawn from.",
  );
});
