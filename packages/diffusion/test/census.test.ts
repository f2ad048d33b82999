// Minima, saddles and maxima of exact energies, against closed forms and counting.

import { key, normal } from "@hamlet/core";
import {
  circlePoints,
  denseMemoryEnergy,
  energyCensus,
  type EnergyCensus,
  inverseTemperatureAt,
  type Points,
  pointsOf,
  polygonPoints,
  varianceExploding,
} from "@hamlet/diffusion";
import { expect, test } from "vitest";

function countsOf({ points }: EnergyCensus): Record<string, number> {
  const counts = { minimum: 0, saddle: 0, maximum: 0, degenerate: 0 };
  for (const { kind } of points) counts[kind]++;
  return counts;
}

/** From the lowest minimum to the lowest saddle. */
function barrierOf({ points }: EnergyCensus): number {
  const lowest = (kind: string) => points.find((point) => point.kind === kind)!.energy;
  return lowest("saddle") - lowest("minimum");
}

test.each([
  [10 / 3, 2.490865e-3],
  [10, 4.949627e-2],
  [50, 0.1031148],
])(
  "9-gon at β = %d: nine minima, nine saddles between them, a barrier of %d",
  async (beta, barrier) => {
    const census = await energyCensus(polygonPoints(9), { beta });
    expect(countsOf(census)).toEqual({ minimum: 9, saddle: 9, maximum: 1, degenerate: 0 });
    expect(census.morse).toBe(1);
    expect(Math.abs(barrierOf(census) / barrier - 1)).toBeLessThan(1e-6);
  },
);

// A triangle of circumradius 1; `beta` of a memory written with exp(−β/2 |x − ξ|²) is twice ours.
test.each([
  [1.83, { minimum: 1, saddle: 0, maximum: 0, degenerate: 0 }],
  [1.831, { minimum: 4, saddle: 3, maximum: 0, degenerate: 0 }],
  [1.99, { minimum: 4, saddle: 3, maximum: 0, degenerate: 0 }],
  [2.01, { minimum: 3, saddle: 3, maximum: 1, degenerate: 0 }],
])("triangle at twice the β of %d", async (twice, expected) => {
  const census = await energyCensus(polygonPoints(3), { beta: twice / 2 });
  expect(countsOf(census)).toEqual(expected);
  expect(census.morse).toBe(1);
});

test("the fourth minimum of the triangle is spurious", async () => {
  const { points } = await energyCensus(polygonPoints(3), { beta: 0.96 });
  const minima = points.filter(({ kind }) => kind === "minimum");
  const spurious = minima.filter((point) => point.spurious);
  expect(spurious).toHaveLength(1);
  expect(Math.hypot(...spurious[0].at)).toBeLessThan(1e-9);
  expect(spurious[0].weight).toBeCloseTo(1 / 3, 9);
  expect(spurious[0].share).toBeGreaterThan(0);
  expect(minima.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
});

test("two patterns ±1 are recalled at m = tanh(2β m), and not at all from β = 1/2 down", async () => {
  const pair = pointsOf([[1], [-1]]);
  const above = await energyCensus(pair, { beta: 0.55 });
  expect(countsOf(above)).toEqual({ minimum: 2, saddle: 0, maximum: 1, degenerate: 0 });
  for (const { kind, at } of above.points) {
    if (kind === "minimum") expect(Math.abs(at[0])).toBeCloseTo(0.502941, 6);
  }
  expect(countsOf(await energyCensus(pair, { beta: 0.45 })).minimum).toBe(1);
});

test("time reads as β: less noise, more minima", async () => {
  const noise = varianceExploding(1);
  const counts = [];
  for (const t of [0.6, 0.05]) {
    const census = await energyCensus(polygonPoints(5), { beta: inverseTemperatureAt(noise, t) });
    expect(census.morse).toBe(1);
    counts.push(countsOf(census).minimum);
  }
  expect(counts).toEqual([1, 5]);
});

test.each([0.4, 0.1, 0.02, 0.005, 0.001])("irregular patterns add up at t = %d", async (t) => {
  const patterns = circlePoints(key(7), { count: 9 });
  const census = await energyCensus(patterns, {
    beta: inverseTemperatureAt(varianceExploding(1), t),
    starts: 40,
  });
  expect(census.morse).toBe(1);
  // Two of the nine are closer to each other than the noise.
  if (t === 0.001) expect(countsOf(census).minimum).toBe(8);
});

test("random patterns in wide spaces: every point has no slope, and the count adds up", async () => {
  const count = 6;
  const patterns: Points = {
    shape: [count, 40],
    data: Float64Array.from(normal(key(5), [count, 40])),
  };
  const census = await energyCensus(patterns, { beta: 0.03 });
  expect(census.morse).toBe(1);
  expect(countsOf(census).maximum).toBe(0);
  for (const { at, energy } of census.points) {
    const here = await denseMemoryEnergy(patterns, { shape: [1, 40], data: at }, 0.03);
    expect(here.energy[0]).toBeCloseTo(energy, 10);
    expect(Math.hypot(...here.gradient)).toBeLessThan(1e-9);
  }
});

test("a single pattern is the one minimum", async () => {
  const { points, morse } = await energyCensus(pointsOf([[3, 4]]), { beta: 2 });
  expect(morse).toBe(1);
  expect(points).toMatchObject([{ kind: "minimum", pattern: 0, distance: 0, weight: 1 }]);
});

test("a census stops when asked to", async () => {
  const asked = energyCensus(polygonPoints(3), { beta: 1, signal: { aborted: true } });
  await expect(asked).rejects.toMatchObject({ code: "core/aborted" });
});
