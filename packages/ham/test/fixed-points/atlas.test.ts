// Atlases of landscapes that are known: passes, barriers, and bifurcations to eight digits of closed forms.

import type { Tensor } from "@hamlet/graph";
import { atlas, sweep } from "@hamlet/ham/atlas";
import { describe, expect, test } from "vitest";
import { triangle, twoPatterns } from "../models.ts";

/** A zero of f between two numbers, by halving. */
function zeroOf(f: (x: number) => number, low: number, high: number): number {
  const rises = f(high) > 0;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (f(middle) > 0 === rises) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

const corners = (count: number, radius: number): number[] =>
  Array.from({ length: count }, (_, k) => (2 * Math.PI * k) / count).flatMap((angle) => [
    radius * Math.cos(angle),
    radius * Math.sin(angle),
  ]);

/** A memory of the corners of a polygon; its graph is that of the triangle, which has any number of them. */
function polygon(count: number, radius: number, beta = 1) {
  const { graph, beta: tensor, xi, v } = triangle();
  const tensors = new Map<Tensor, readonly number[]>([
    [tensor, [beta]],
    [xi, corners(count, radius)],
  ]);
  return { graph, tensor, v, space: { sizes: new Map([[xi.axes[0], count]]), tensors } };
}

/** The triangle's fold: with u = exp(−3βr/2), `ln u = −(1 + 2u)(1 − u)/3u` and `β = 2(1 + 2u)²/9u`. */
const u = zeroOf((x) => Math.log(x) + ((1 + 2 * x) * (1 - x)) / (3 * x), 0.05, 0.45);
const FOLD = (2 * (1 + 2 * u) ** 2) / (9 * u);

describe("bifurcations", () => {
  test("three points: 1, 4 and 3 minima, with both moments to 1e-8 of closed forms", async () => {
    const { graph, tensor, space } = polygon(3, 1);
    const { bifurcations, censuses } = await sweep(graph, space, tensor, {
      values: [1.7, 1.8, 1.9, 2.1, 2.2],
      starts: 30,
    });
    const minima = censuses.map(({ points }) => points.filter(({ kind }) => kind === "minimum"));
    expect(minima.map(({ length }) => length)).toEqual([1, 1, 4, 3, 3]);
    expect(FOLD).toBeCloseTo(1.830429, 6);
    const folds = bifurcations.filter(({ kind }) => kind === "fold");
    // One near each corner, at the same moment.
    expect(folds).toHaveLength(3);
    for (const { at } of folds) expect(Math.abs(at - FOLD)).toBeLessThan(1e-8);
    const others = bifurcations.filter(({ kind }) => kind !== "fold");
    expect(others.map(({ kind }) => kind)).toEqual(["crossing"]);
    expect(Math.abs(others[0].at - 2)).toBeLessThan(1e-8);
    expect(Math.hypot(...others[0].states)).toBeLessThan(1e-6);
  });

  test.each([1, 2])("two patterns at ±%d leave their middle in a pitchfork at 1/a²", async (a) => {
    const { graph, beta, xi } = twoPatterns();
    const space = {
      sizes: new Map(),
      tensors: new Map<Tensor, readonly number[]>([
        [beta, [1]],
        [xi, [a, -a]],
      ]),
    };
    const values = [0.6, 0.9, 1.15, 1.4].map((x) => x / a ** 2);
    const { bifurcations } = await sweep(graph, space, beta, { values, starts: 20, spread: a });
    expect(bifurcations.map(({ kind }) => kind)).toEqual(["pitchfork"]);
    expect(Math.abs(bifurcations[0].at * a ** 2 - 1)).toBeLessThan(1e-8);
  });

  test("a ring of radius √2 forgets its points at β = 1", async () => {
    const { graph, tensor, space } = polygon(5, Math.SQRT2);
    const { bifurcations } = await sweep(graph, space, tensor, { values: [0.8, 1.3], starts: 40 });
    expect(bifurcations).toHaveLength(1);
    expect(bifurcations[0].kind).toBe("pitchfork");
    expect(Math.abs(bifurcations[0].at - 1)).toBeLessThan(1e-8);
  });

  test("what is no single number is refused", async () => {
    const { graph, space } = polygon(3, 1);
    const xi = graph.tensors.find(({ name }) => name === "xi")!;
    await expect(sweep(graph, space, xi, { values: [1, 2] })).rejects.toThrow(
      'expected a const without axes, found "xi", an array of 2 axes',
    );
  });
});

describe("passes", () => {
  test.each([
    [3, 4],
    [4, 4],
    [5, 6],
  ])(
    "a polygon of %d corners at β = %d: each pass joins two neighbours, as high as on paper",
    async (count, beta) => {
      const { graph, v, space } = polygon(count, 1, beta);
      const { points, passes, barriers, basins, morse } = await atlas(graph, space, { starts: 60 });
      expect(morse).toBe(1);
      expect(passes).toHaveLength(count);
      const angleOf = (i: number) => {
        const [x, y] = points[i].activations.get(v)!;
        return Math.atan2(y, x);
      };
      const turn = (2 * Math.PI) / count;
      for (const { ends } of passes) {
        const apart = Math.abs(angleOf(ends[0]) - angleOf(ends[1]));
        expect(Math.min(apart, 2 * Math.PI - apart)).toBeCloseTo(turn, 5);
      }
      const height = heightOn(turn / 2, count, beta) - heightOn(0, count, beta);
      points.forEach(({ kind, share }, i) => {
        if (kind !== "minimum") return expect(barriers[i]).toBeNull();
        expect(barriers[i]!.height).toBeCloseTo(height, 9);
        expect(basins[i].low).toBeLessThanOrEqual(share);
        expect(basins[i].high).toBeGreaterThanOrEqual(share);
      });
    },
  );

  test("on a line the pass is a maximum", async () => {
    const { graph, beta, xi } = twoPatterns();
    const tensors = new Map<Tensor, readonly number[]>([
      [beta, [3]],
      [xi, [1, -1]],
    ]);
    const found = await atlas(graph, { sizes: new Map(), tensors }, { starts: 20 });
    expect(found.points.map(({ kind }) => kind)).toEqual(["minimum", "minimum", "maximum"]);
    expect(found.passes).toEqual([{ point: 2, ends: expect.anything() as unknown }]);
    expect(found.passes[0].ends.toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(found.barriers.map((barrier) => barrier?.to)).toEqual([1, 0, undefined]);
  });
});

/** The energy of the outermost rest point of a polygon on the ray of an angle, by halving along it. */
function heightOn(angle: number, count: number, beta: number): number {
  const points = Array.from({ length: count }, (_, k) =>
    Math.cos((2 * Math.PI * k) / count - angle),
  );
  const weights = (r: number) => points.map((c) => Math.exp(beta * r * c));
  const mean = (r: number) => {
    const w = weights(r);
    const total = w.reduce((a, b) => a + b);
    return w.reduce((sum, x, k) => sum + x * points[k], 0) / total;
  };
  const r = zeroOf((x) => x - mean(x), 0.3, 1.2);
  return r ** 2 / 2 - Math.log(weights(r).reduce((a, b) => a + b)) / beta;
}
