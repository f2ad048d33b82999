import { key, normal } from "@hamlet/core";
import {
  exactScore,
  hutchinson,
  logLikelihood,
  type Points,
  varianceExploding,
} from "@hamlet/diffusion";
import { expect, test } from "vitest";

const noise = varianceExploding(1);
const points = (seed: number, n: number, width: number): Points => ({
  shape: [n, width],
  data: Float64Array.from(normal(key(seed), [n, width])),
});

test("the estimate of the divergence is right within its standard error", async () => {
  const width = 30;
  const exact = exactScore(points(1, 4, width), noise);
  const x = points(2, 5, width).data;
  const t = new Float64Array(5).fill(0.5);
  const probes = 200;
  const known = await exact.scoreAndDivergence(x, t);
  const one = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      hutchinson(exact, { key: key(i), probes }).scoreAndDivergence(x, t),
    ),
  );
  expect(one[0].score).toEqual(known.score);
  for (let i = 0; i < 5; i++) {
    const estimates = one.map(({ divergence }) => divergence[i]);
    const mean = estimates.reduce((sum, value) => sum + value) / 20;
    const variance = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19;
    expect(Math.abs(mean - known.divergence[i])).toBeLessThan(4 * Math.sqrt(variance / 20) + 1e-4);
    expect(Math.sqrt(variance)).toBeLessThan(0.2 * Math.abs(known.divergence[i]));
  }
});

test("for one pattern the Jacobian is diagonal, and every probe exact", async () => {
  const exact = exactScore(points(1, 1, 12), noise);
  const { data } = points(2, 3, 12);
  const estimate = hutchinson(exact, { key: key(0), probes: 1 });
  const { divergence } = await estimate.scoreAndDivergence(data, Float64Array.of(0.1, 0.5, 1));
  [0.1, 0.5, 1].forEach((t, i) => expect(divergence[i]).toBeCloseTo(-12 / t, 5));
});

test("likelihoods take it as any score", async () => {
  const patterns = points(1, 3, 12);
  const exact = exactScore(patterns, noise);
  const estimate = hutchinson(exact, { key: key(4), probes: 64 });
  const options = { noise, t: 0.3, logPrior: (x: Float64Array) => exact.logDensity(x, 1) };
  const found = await logLikelihood(estimate, patterns, options);
  const known = exact.logDensity(patterns.data, 0.3);
  found.forEach((value, i) => expect(Math.abs(value - known[i])).toBeLessThan(1));
});
