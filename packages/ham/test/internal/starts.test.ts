// Where searches among patterns begin.

import { atOnce, key, normal } from "@hamlet/core";
import { makeTensor, type Tensor } from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { equidistantPoints } from "../../src/fixed-points/equidistant.ts";
import { makeLandscape } from "../../src/fixed-points/landscape.ts";
import { ownStarts } from "../../src/fixed-points/starts.ts";
import { triangle } from "../models.ts";

const rows = (points: readonly number[][]) => points.map((point) => Float64Array.from(point));
const middles = (points: readonly number[][]) => atOnce(equidistantPoints(rows(points), key(0)));
const distances = (points: readonly number[][], from: ArrayLike<number>) =>
  points.map((point) => Math.hypot(...point.map((x, i) => x - from[i]))).toSorted((a, b) => a - b);

describe("points equally far from several patterns", () => {
  test("of a triangle are the middles of its sides, and its centre", () => {
    const height = Math.sqrt(3) / 2;
    const found = middles([
      [-0.5, 0],
      [0.5, 0],
      [0, height],
    ]);
    const expected = [
      [0, 0],
      [-0.25, height / 2],
      [0.25, height / 2],
      [0, height / 3],
    ];
    expect(found).toHaveLength(4);
    found.forEach((point, n) => point.forEach((x, i) => expect(x).toBeCloseTo(expected[n][i], 12)));
  });

  test("are left out where another pattern is nearer, or where they lie beside their patterns", () => {
    // The middle of the outer two is the third.
    expect(middles([[-1], [1], [0]]).map(([x]) => x)).toEqual([-0.5, 0.5]);
    // The centre of an obtuse triangle lies outside of it.
    expect(
      middles([
        [-4, 0],
        [4, 0],
        [0, 1],
      ]),
    ).toHaveLength(2);
  });

  test("of many patterns are drawn, with two, three and four of them", () => {
    const [count, width] = [30, 6];
    const drawn = normal(key(1), [count, width]);
    const points = Array.from({ length: count }, (_, mu) => [
      ...drawn.subarray(mu * width, (mu + 1) * width),
    ]);
    const together = middles(points).map((middle) => {
      const [nearest, ...others] = distances(points, middle);
      return 1 + others.filter((distance) => distance <= nearest * (1 + 1e-6)).length;
    });
    expect(new Set(together)).toEqual(new Set([2, 3, 4]));
  });
});

test("a search begins at all that data and params of a layer's shape hold, and at their means", () => {
  const { graph, beta, xi, v } = triangle();
  const [K] = xi.axes;
  const learned = makeTensor("learned", "param", [K, ...v.axes]);
  const other = makeTensor("other", "data", [K]);
  const values = new Map<Tensor, number[]>([
    [beta, [2]],
    [xi, [1, 0, 0, 1, -1, -1]],
    [learned, [5, 5, 7, 5, 9, 8]],
    [other, [20, 30, 40]],
  ]);
  const whole = { ...graph, tensors: [...graph.tensors, learned, other] };
  const landscape = makeLandscape(whole, { sizes: new Map(), tensors: values });
  const starts = atOnce(ownStarts(landscape, whole, { tensors: values, key: key(0) }));
  const found = starts.map((start) => [...start]);
  expect(found).toEqual(
    expect.arrayContaining([
      [1, 0],
      [0, 1],
      [-1, -1],
      [0, 0],
    ]),
  );
  expect(found).toEqual(
    expect.arrayContaining([
      [5, 5],
      [7, 5],
      [9, 8],
      [7, 6],
    ]),
  );
});
