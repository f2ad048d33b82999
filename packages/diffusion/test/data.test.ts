import { key } from "@hamlet/core";
import {
  circlePoints,
  gridPoints,
  pointsFromArray,
  pointsOf,
  polygonPoints,
  subset,
} from "@hamlet/diffusion";
import { HamError } from "@hamlet/graph";
import { expect, test } from "vitest";

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (HamError.isInstance(error)) return `${error.code}\n${error.message}`;
  }
  return "no HamError";
}

test("circle points lie on the circle, all around, and are drawn by their key", () => {
  const points = circlePoints(key(9), { count: 4000, radius: 2 });
  const bins = Array.from({ length: 36 }, () => 0);
  for (let i = 0; i < 4000; i++) {
    const [x, y] = points.data.subarray(2 * i, 2 * i + 2);
    expect(Math.hypot(x, y)).toBeCloseTo(2, 12);
    bins[Math.floor(((Math.atan2(y, x) / (2 * Math.PI) + 1) % 1) * 36)]++;
  }
  expect(Math.min(...bins)).toBeGreaterThan(70);
  expect(Math.max(...bins)).toBeLessThan(155);
  expect(circlePoints(key(9), { count: 4000, radius: 2 })).toEqual(points);
  expect(circlePoints(key(8), { count: 4000, radius: 2 })).not.toEqual(points);
});

test("a subset is drawn without replacement, and grows without changing its beginning", () => {
  const points = polygonPoints(100);
  const nine = subset(points, { count: 9, key: key(9) });
  const all = subset(points, { count: 100, key: key(9) });
  expect(nine.shape).toEqual([9, 2]);
  expect(all.data.slice(0, 18)).toEqual(nine.data);
  expect(all.data.slice().sort()).toEqual(points.data.slice().sort());
});

test("arrays of any shape are points, one for each entry of the first axis", () => {
  const array = { shape: [2, 2, 2], dtype: "uint8", data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  expect(pointsFromArray(array)).toEqual(
    pointsOf([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]),
  );
  const whole = { shape: [2], dtype: "int64", data: BigInt64Array.of(3n, -1n) };
  expect(pointsFromArray(whole)).toEqual(pointsOf([[3], [-1]]));
});

test("a grid begins at its lower left corner and goes row by row", () => {
  const { shape, data } = gridPoints({ x: [0, 1], y: [5, 7], columns: 2, rows: 3 });
  expect(shape).toEqual([6, 2]);
  expect(Array.from(data)).toEqual([0, 5, 1, 5, 0, 6, 1, 6, 0, 7, 1, 7]);
});

test("bad points are named", () => {
  const bad = { shape: [2, 2], dtype: "float64", data: Float64Array.of(1, 2, Number.NaN, 4) };
  expect(messageOf(() => pointsFromArray(bad, "digits"))).toMatchInlineSnapshot(`
    "graph/not-finite
    digits: expected finite numbers, found NaN in row 1, column 0. Leave that row out, or mend the data it comes from."
  `);
  expect(
    messageOf(() => pointsFromArray({ shape: [], dtype: "float64", data: Float64Array.of(1) })),
  ).toMatchInlineSnapshot(`
    "diffusion/bad-shape
    patterns: expected an array of points, one after another, found a single number."
  `);
  expect(messageOf(() => pointsOf([]))).toMatchInlineSnapshot(`
    "graph/empty-array
    points: expected at least one row with at least one number, found the shape [0, 0]. Pass at least one item."
  `);
  expect(messageOf(() => pointsOf([[1, 2], [3]]))).toMatchInlineSnapshot(`
    "graph/bad-shape
    points: expected a matrix, one row for each item, found the shape [2, 2] and 3 numbers. Pass { shape: [rows, columns], data }."
  `);
  expect(messageOf(() => circlePoints(key(0), { count: 3, radius: 0 }))).toMatchInlineSnapshot(`
    "diffusion/radius
    The radius of the circle must be a number above 0, not 0."
  `);
  expect(messageOf(() => subset(polygonPoints(5), { count: 6, key: key(0) })))
    .toMatchInlineSnapshot(`
    "diffusion/subset
    A subset of 5 points has from 1 to 5 of them, not 6."
  `);
});
