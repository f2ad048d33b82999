// Known landscapes: two patterns on a line, and the triangle at its bifurcations.

import { key } from "@hamlet/core";
import { makeDim, makeNeuron } from "@hamlet/graph";
import { basinOf, census, type CensusOptions, startsAmong } from "@hamlet/ham";
import { describe, expect, test } from "vitest";
import { CORNERS, identity, triangle, twoPatterns } from "../models.ts";

const model = triangle();

async function triangleAt(beta: number, options: CensusOptions = {}) {
  const tensors = new Map([
    [model.beta, [beta]],
    [model.xi, CORNERS],
  ] as const);
  return census(model.graph, { sizes: new Map(), tensors }, options);
}

describe("the triangle of circumradius 1", () => {
  test.each([
    [1.7, { minimum: 1, saddle: 0, maximum: 0 }],
    [1.9, { minimum: 4, saddle: 3, maximum: 0 }],
    [2.2, { minimum: 3, saddle: 3, maximum: 1 }],
  ])("at β = %d has the fixed points of theory", async (beta, counts) => {
    const { points, morse, astray } = await triangleAt(beta);
    const count = (kind: string) => points.filter((point) => point.kind === kind).length;
    expect({
      minimum: count("minimum"),
      saddle: count("saddle"),
      maximum: count("maximum"),
    }).toEqual(counts);
    expect(morse).toBe(1);
    expect(astray).toBe(0);
    expect(points.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 10);
    for (const point of points) {
      if (point.kind !== "minimum") expect(point.share).toBe(0);
      expect(point.index).toBe({ minimum: 0, saddle: 1, maximum: 2, degenerate: -1 }[point.kind]);
    }
  });

  test("the centre has the eigenvalues 1 − β/2, so it turns at β = 2", async () => {
    // The covariance of the corners under equal weights is ½ I.
    for (const beta of [1.7, 2.2]) {
      const { points } = await triangleAt(beta, { starts: [[0, 0]] });
      expect(points[0].eigenvalues[0]).toBeCloseTo(1 - beta / 2, 12);
      expect(points[0].eigenvalues[1]).toBeCloseTo(1 - beta / 2, 12);
    }
  });

  test("at β = 2 the centre is flat: degenerate, with no direction that counts as falling", async () => {
    const { points, morse } = await triangleAt(2, { starts: [[0, 0]] });
    expect(points.map(({ kind, index }) => [kind, index])).toEqual([["degenerate", 0]]);
    expect(morse).toBeNull();
  });

  test("the saddle-node is at β = 1.830429", async () => {
    // Beyond it a search along the axis of a corner finds three points, before it one.
    const starts = [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.9].map((x) => [x, 0]);
    let [low, high] = [1.7, 1.9];
    while (high - low > 1e-7) {
      const middle = (low + high) / 2;
      const { points } = await triangleAt(middle, { starts, tolerance: 1e-6 });
      if (points.length > 1) high = middle;
      else low = middle;
    }
    expect(Math.abs(high - 1.830429)).toBeLessThan(1e-5);
  });

  test("a query ends in the basin of the corner it is near", async () => {
    const { points } = await triangleAt(2.2);
    const near = (x: number, y: number) => points[basinOf(points, new Map([[model.v, [x, y]]]))];
    const [corner] = points.filter(({ activations }) => activations.get(model.v)![0] > 0.5);
    const [x, y] = corner.activations.get(model.v)!;
    expect(near(x + 0.003, y)).toBe(corner);
    // The tolerance is a part of 1 + |x̂|.
    const far = (tolerance: number) =>
      basinOf(points, new Map([[model.v, [x + 0.1, y]]]), { tolerance });
    const size = 1 + Math.max(Math.abs(x), Math.abs(y));
    expect(points[far(0.101 / size)]).toBe(corner);
    expect(far(0.099 / size)).toBe(-1);
    expect(basinOf(points, new Map([[model.v, [5, 5]]]))).toBe(-1);
    // Of several within reach the nearest, wherever it stands.
    for (const all of [points, points.toReversed()]) {
      all.forEach((point, i) => {
        const [a, b] = point.activations.get(model.v)!;
        const from = new Map([[model.v, [a + 1e-3, b]]]);
        expect(basinOf(all, from, { tolerance: 100 })).toBe(i);
      });
    }
  });

  test("says how far it is, and stops when it is asked to", async () => {
    const seen: number[] = [];
    await triangleAt(1.9, { starts: 5, onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    const signal = { aborted: false };
    const onProgress = ({ done }: { done: number }) => (signal.aborted = done > 0.6);
    const stopped = triangleAt(1.9, { starts: 5, signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: "core/aborted" });
  });
});

test("searches among patterns begin at each, at their mean and at mixtures of three", () => {
  const patterns = [0, 1, 2].map((m) =>
    Float64Array.from(CORNERS.slice(2 * m, 2 * m + 2), (x) => x + 3),
  );
  const starts = startsAmong(patterns, { count: 9, key: key(0) });
  expect(starts.slice(0, 3)).toEqual(patterns);
  starts[3].forEach((x) => expect(x).toBeCloseTo(3, 12));
  expect(starts).toHaveLength(13);
  // No mixture leaves the corners behind.
  for (const start of starts) expect(Math.hypot(start[0] - 3, start[1] - 3)).toBeLessThan(1 + 1e-9);
});

test("a census explains what it cannot take", async () => {
  await expect(triangleAt(1.9, { starts: [[1, 2, 3]] })).rejects.toThrow(
    "Start 0 of the census: expected 2 numbers, one for every unit of all layers, found 3.",
  );
  const wide = makeNeuron("wide", [makeDim("D", 513)], identity);
  const graph = { dims: [], tensors: [], neurons: [wide], terms: [], recalls: [] };
  await expect(census(graph, { sizes: new Map(), tensors: new Map() })).rejects.toThrow(
    "A census takes models of at most 512 units, and this one has 513.",
  );
});

describe("two patterns on a line", () => {
  test("are one point where the tolerance says so", async () => {
    const { graph, values } = twoPatterns();
    const found = async (options: CensusOptions) =>
      (await census(graph, { sizes: new Map(), tensors: values }, { starts: 20, ...options }))
        .points;
    expect(await found({})).toHaveLength(3);
    // They lie 2 · 0.96 apart, and their size is 0.96.
    expect(await found({ tolerance: 1.1 })).toHaveLength(1);
  });

  test.each([
    [1.1, 0.502941],
    [2, 0.957504],
  ])("at β = %d have minima at ±m with m = tanh(βm)", async (beta, m) => {
    const { graph, v, beta: sharpness, xi } = twoPatterns();
    const tensors = new Map([
      [sharpness, [beta]],
      [xi, [1, -1]],
    ] as const);
    const { points, morse } = await census(graph, { sizes: new Map(), tensors }, { starts: 20 });
    expect(points.map(({ kind }) => kind)).toEqual(["minimum", "minimum", "maximum"]);
    const ends = points.map(({ activations }) => activations.get(v)![0]).toSorted((a, b) => a - b);
    [-m, 0, m].forEach((expected, i) => expect(Math.abs(ends[i] - expected)).toBeLessThan(1e-6));
    // E = ½v² − log cosh(βv)/β up to a constant: E″ = 1 − β (1 − m²).
    const rate = 1 - beta * (1 - ends[2] ** 2);
    expect(points[0].eigenvalues[0]).toBeCloseTo(rate, 9);
    expect(morse).toBe(1);
  });
});
