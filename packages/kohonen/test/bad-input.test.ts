// Every mistake in what is stored or asked is named before anything is computed.

import {
  kernelCosine,
  learnLinear,
  linearCosine,
  linearDistance,
  recallKernel,
  recallLinear,
  type Sizes,
  softmaxSeparation,
  statisticsOf,
} from "@hamlet/kohonen";
import { describe, expect, test } from "vitest";
import { thrownBy } from "./random-pairs.ts";

const rows = (...all: number[][]) => ({
  shape: [all.length, all[0]?.length ?? 0],
  data: Float64Array.from(all.flat()),
});
const keys = rows([1, 2], [3, 4], [5, 6]);
const values = rows([1], [2], [3]);

test("mismatched counts", async () => {
  expect(await thrownBy(() => learnLinear({ keys, values: rows([1], [2]) })))
    .toMatchInlineSnapshot(`
    "kohonen/count-mismatch
    A memory stores one value for each key: found 3 keys [3, 2] and 2 values [2, 1]. Pass one row of values for each row of keys."
  `);
});

test("NaN", async () => {
  const bad = rows([1, 2], [3, Number.NaN], [5, 6]);
  expect(await thrownBy(() => learnLinear({ keys: bad, values }))).toMatchInlineSnapshot(`
    "graph/not-finite
    keys: expected finite numbers, found NaN in row 1, column 1. Leave that row out, or mend the data it comes from."
  `);
});

test("infinite values", async () => {
  const bad = rows([1], [2], [-Infinity]);
  expect(await thrownBy(() => learnLinear({ keys, values: bad }))).toMatchInlineSnapshot(`
    "graph/not-finite
    values: expected finite numbers, found -Infinity in row 2, column 0. Leave that row out, or mend the data it comes from."
  `);
});

test("nothing to store", async () => {
  expect(await thrownBy(() => learnLinear({ keys: rows(), values: rows() })))
    .toMatchInlineSnapshot(`
    "graph/empty-array
    keys: expected at least one row with at least one number, found the shape [0, 0]. Pass at least one item."
  `);
});

test("all-zero keys", async () => {
  const zero = rows([0, 0], [0, 0], [0, 0]);
  expect(await thrownBy(() => learnLinear({ keys: zero, values }))).toMatchInlineSnapshot(`
    "kohonen/zero-keys
    All 3 keys are zero, so nothing tells their values apart. Pass keys that are not zero; was the right array loaded?"
  `);
});

const exponential = (sizes: Sizes) =>
  kernelCosine(sizes, { ratio: (score, own) => Math.exp(score - own), keys: "unit" });

describe.each(["d", "n", "m"] as const)("the size %s", (name) => {
  test.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 53])("of %d", async (size) => {
    const sizes = { d: 4, n: 3, m: 2, [name]: size };
    for (const law of [linearCosine, linearDistance, exponential]) {
      expect(await thrownBy(() => law(sizes))).toBe(
        `kohonen/bad-size\n${name}: expected a whole number from 1 up, found ${size}.`,
      );
    }
  });

  test("of 1", () => {
    expect(linearCosine({ d: 4, n: 3, m: 2, [name]: 1 })).toBeGreaterThan(0);
  });
});

test("a shape that does not fit its numbers", async () => {
  const bad = { shape: [3, 3], data: keys.data };
  expect(await thrownBy(() => learnLinear({ keys: bad, values }))).toMatchInlineSnapshot(`
    "graph/bad-shape
    keys: expected a matrix, one row for each item, found the shape [3, 3] and 6 numbers. Pass { shape: [rows, columns], data }."
  `);
});

test("a negative ridge", async () => {
  expect(await thrownBy(() => learnLinear({ keys, values }, { ridge: -1 }))).toMatchInlineSnapshot(`
    "kohonen/bad-ridge
    ridge: expected a finite number from 0 up, found -1. Leave it out for plain least squares."
  `);
});

test("queries of another length", async () => {
  const memory = await learnLinear({ keys, values });
  expect(await thrownBy(() => recallLinear(memory, rows([1, 2, 3])))).toMatchInlineSnapshot(`
    "graph/bad-shape
    queries: expected rows of 2 numbers, as what they meet has, found rows of 3. Pass rows of the same length."
  `);
});

test("an inverse temperature of zero", async () => {
  expect(await thrownBy(() => softmaxSeparation({ beta: 0 }))).toMatchInlineSnapshot(`
    "kohonen/bad-beta
    softmaxSeparation: expected a finite inverse temperature beta > 0, found 0."
  `);
});

test("a separation function that overflows", async () => {
  const separation = {
    name: "exp",
    apply: (scores: Float64Array) => scores.forEach((s, i) => (scores[i] = Math.exp(100 * s))),
    ratio: null,
  };
  const recall = () => recallKernel({ keys, values, queries: keys }, { separation });
  expect(await thrownBy(recall)).toMatchInlineSnapshot(`
    "kohonen/not-finite
    The separation function "exp" gave a weight that is not finite. Powers and exponentials of large scores overflow: scale the keys down, or subtract the largest score."
  `);
});

test.each([
  ["sums", () => statisticsOf({ keys, values: rows([1]) })],
  [
    "kernels",
    () =>
      recallKernel({ keys, values: rows([1]), queries: keys }, { separation: softmaxSeparation() }),
  ],
])("%s check their pairs as well", async (_, run) => {
  expect(await thrownBy(run)).toMatch(/^kohonen\/count-mismatch/);
});
