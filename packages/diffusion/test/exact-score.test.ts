// The exact score: against JAX, finite differences, and both ends of time.

import { besselRatio, i0e } from "@hamlet/core/numbers";
import { key, normal } from "@hamlet/core";
import {
  denseMemoryEnergy,
  type ExactScore,
  exactScore,
  inverseTemperatureAt,
  pointsOf,
  polygonPoints,
  ringEnergy,
  ringMinimum,
  ringScore,
  varianceExploding,
} from "@hamlet/diffusion";
import { expect, test } from "vitest";
import reference from "../../../fixtures/exact-diffusion.json" with { type: "json" };
import { ringForce } from "../src/exact/ring.ts";

const noise = varianceExploding(reference.sigma);
const patterns = pointsOf(reference.points);
const x = Float64Array.from(reference.x.flat());
const at = (t: number) => new Float64Array(reference.x.length).fill(t);

/** The largest difference, as a part of `1 + |expected|`. */
function apart(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(found[i] - value) / (1 + Math.abs(value))),
    0,
  );
}

test.each(reference.cases)("scores and log densities are those of JAX at t = $t", async (known) => {
  const exact = exactScore(patterns, noise);
  expect(apart(exact.logDensity(x, known.t), known.log_density)).toBeLessThan(1e-10);
  expect(apart(await exact.score(x, at(known.t)), known.score.flat())).toBeLessThan(1e-10);
});

const catalogue: readonly [string, ExactScore][] = [
  ["five patterns", exactScore(patterns, noise)],
  ["five patterns, more noise", exactScore(patterns, varianceExploding(2.5))],
  ["one pattern", exactScore(pointsOf([[0.3, -0.2]]), noise)],
  ["a ring", ringScore(noise)],
  [
    "three patterns in space",
    exactScore(
      pointsOf([
        [1, 0, 0],
        [0, 1, 0.5],
        [-1, 0.3, 2],
      ]),
      noise,
    ),
  ],
];

test.each(catalogue)("%s: the score is the slope of the log density", async (_, exact) => {
  const { width } = exact;
  const points = Float64Array.from(normal(key(4), [20, width]));
  for (const t of [0.05, 0.4, 1]) {
    const times = new Float64Array(20).fill(t);
    const { score, divergence } = await exact.scoreAndDivergence(points, times);
    expect(score).toEqual(await exact.score(points, times));
    const h = 1e-5;
    const trace = new Float64Array(20);
    for (let d = 0; d < width; d++) {
      const moved = (by: number) =>
        points.map((value, k) => (k % width === d ? value + by : value));
      const [down, up] = [exact.logDensity(moved(-h), t), exact.logDensity(moved(h), t)];
      const [before, after] = [
        await exact.score(moved(-h), times),
        await exact.score(moved(h), times),
      ];
      for (let i = 0; i < 20; i++) {
        const k = i * width + d;
        expect(Math.abs((up[i] - down[i]) / (2 * h) - score[k])).toBeLessThan(1e-6);
        trace[i] += (after[k] - before[k]) / (2 * h);
      }
    }
    expect(apart(divergence, Array.from(trace))).toBeLessThan(1e-6);
  }
});

test("a batch equals its points, each at its own time", async () => {
  const exact = exactScore(patterns, noise);
  const times = Float64Array.of(1e-4, 0.01, 0.1, 0.3, 0.7, 1);
  const together = await exact.scoreAndDivergence(x, times);
  for (let i = 0; i < 6; i++) {
    const alone = await exact.scoreAndDivergence(x.slice(2 * i, 2 * i + 2), times.slice(i, i + 1));
    expect(together.score.slice(2 * i, 2 * i + 2)).toEqual(alone.score);
    expect(together.divergence[i]).toBe(alone.divergence[0]);
  }
});

test("nothing overflows far from the patterns and close to the data", async () => {
  const exact = exactScore(patterns, noise);
  const far = Float64Array.of(1e3, -1e3);
  const score = await exact.score(far, Float64Array.of(1e-5));
  // All weight is on the nearest pattern, (1.96, −0.30).
  const nearest = reference.points[1];
  expect(apart(score, [(nearest[0] - 1e3) / 1e-5, (nearest[1] + 1e3) / 1e-5])).toBeLessThan(1e-12);
  expect(Number.isFinite(exact.logDensity(far, 1e-5)[0])).toBe(true);
});

test("the energy of the dense memory is that of the diffusion at its inverse temperature", async () => {
  const t = 0.15;
  const beta = inverseTemperatureAt(noise, t);
  expect(beta).toBeCloseTo(1 / 0.3, 12);
  const points = { shape: [6, 2] as const, data: x };
  const { energy, gradient } = await denseMemoryEnergy(patterns, points, beta);
  const exact = exactScore(patterns, noise);
  const constant = Math.log(beta / Math.PI) - Math.log(5);
  expect(
    apart(
      exact.logDensity(x, t),
      Array.from(energy, (e) => constant - beta * e),
    ),
  ).toBeLessThan(1e-12);
  const score = await exact.score(x, at(t));
  expect(
    apart(
      score,
      Array.from(gradient, (slope) => -beta * slope),
    ),
  ).toBeLessThan(1e-12);
});

test("many patterns on the circle have the energy and score of the ring", async () => {
  const count = 1000;
  const points = { shape: [6, 2] as const, data: x };
  for (const t of [0.02, 0.15, 1]) {
    const beta = inverseTemperatureAt(noise, t);
    const { energy, gradient } = await denseMemoryEnergy(polygonPoints(count), points, beta);
    for (let i = 0; i < 6; i++) {
      const distance = Math.hypot(x[2 * i], x[2 * i + 1]);
      expect(energy[i] + Math.log(count) / beta).toBeCloseTo(ringEnergy(distance, beta), 10);
      const outwards = (gradient[2 * i] * x[2 * i] + gradient[2 * i + 1] * x[2 * i + 1]) / distance;
      expect(-outwards).toBeCloseTo(ringForce(distance, beta), 10);
    }
  }
});

test.each([
  [1.1, 0.413389],
  [2, 0.831462],
  [10, 0.973984],
  [50, 0.994962],
])("at β = %d the energy of the ring is lowest at R = %d", (beta, expected) => {
  const minimum = ringMinimum(beta);
  expect(Math.abs(minimum - expected)).toBeLessThan(5e-7);
  const lowest = ringEnergy(minimum, beta);
  for (const other of [minimum - 1e-3, minimum + 1e-3]) {
    expect(ringEnergy(other, beta)).toBeGreaterThan(lowest);
  }
});

test("up to β = 1 the centre is the minimum", () => {
  expect([0.2, 0.99, 1].map(ringMinimum)).toEqual([0, 0, 0]);
  expect(ringMinimum(1.001)).toBeGreaterThan(0.04);
  expect(ringForce(0.01, 0.99)).toBeLessThan(0);
});

test("E12: the logarithm of an unscaled Bessel function overflows, ours does not", () => {
  const [distance, beta] = [1, 400];
  const z = 2 * beta * distance;
  const asInTheNotebook = distance ** 2 + 1 - Math.log(Math.exp(z) * i0e(z)) / beta;
  expect(asInTheNotebook).toBe(-Infinity);
  // On the circle a sharp energy is (R − 1)² and half a logarithm.
  const expected = Math.log(4 * Math.PI * beta * distance) / (2 * beta);
  expect(ringEnergy(distance, beta)).toBeCloseTo(expected, 6);
});

test("E12: the score of the notebook's comment is not the slope of the energy", () => {
  const [distance, beta] = [0.7, 20];
  const z = 2 * beta * distance;
  const h = 1e-5;
  const slope = (ringEnergy(distance + h, beta) - ringEnergy(distance - h, beta)) / (2 * h);
  const asInTheComment = -2 * distance - (2 / beta) * besselRatio(z);
  expect(Math.abs(ringForce(distance, beta) + slope)).toBeLessThan(1e-8);
  expect(Math.abs(asInTheComment + slope)).toBeGreaterThan(1);
});

test("the score of a ring is 0 at its centre, and has its limit around it", async () => {
  for (const t of [0.05, 1]) {
    const beta = inverseTemperatureAt(noise, t);
    const around = Float64Array.of(0, 0, 1e-9, 0, 0, -1e-7);
    const { score, divergence } = await ringScore(noise).scoreAndDivergence(
      around,
      new Float64Array(3).fill(t),
    );
    // ρ/R → β: the score is 2β(β − 1) x.
    score.forEach((value, i) => expect(value).toBeCloseTo(2 * beta * (beta - 1) * around[i], 9));
    divergence.forEach((value) => expect(value / (4 * beta * (beta - 1))).toBeCloseTo(1, 9));
  }
});
