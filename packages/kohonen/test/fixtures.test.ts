// The reference case, in float64: weights, mean cosines of four recalls, mean distance.

import type { Matrix } from "@hamlet/graph";
import {
  compareRows,
  dotSeparation,
  learnLinear,
  recallKernel,
  recallLinear,
  reluSeparation,
  softmaxSeparation,
} from "@hamlet/kohonen";
import { expect, test } from "vitest";
import reference from "../../../fixtures/kohonen.json" with { type: "json" };

const TOLERANCE = 1e-10;

/** The reference has one pair a column. */
function transposed(columns: readonly (readonly number[])[]): Matrix {
  const data = columns[0].flatMap((_, j) => columns.map((row) => row[j]));
  return { shape: [columns[0].length, columns.length], data: Float64Array.from(data) };
}

const keys = transposed(reference.K);
const values = transposed(reference.V);

test("the weights are those of the reference", async () => {
  const { weights } = await learnLinear({ keys, values });
  expect(weights.shape).toEqual([6, 8]);
  reference.W.flat().forEach((weight, i) => {
    expect(Math.abs(weights.data[i] - weight)).toBeLessThan(TOLERANCE);
  });
});

test("the pseudo-inverse has the mean cosine and the mean distance of the reference", async () => {
  const memory = await learnLinear({ keys, values });
  const { cosine, distance } = compareRows(values, await recallLinear(memory, keys));
  expect(Math.abs(cosine.mean - reference.mean_cosine.pseudoinverse)).toBeLessThan(TOLERANCE);
  expect(Math.abs(distance.mean - reference.mean_distance_pseudoinverse)).toBeLessThan(TOLERANCE);
});

test("a row of zeros has the cosine 0 with every other", () => {
  const rows = { shape: [3, 2] as const, data: Float64Array.of(0, 0, 1, 2, 0, 0) };
  const others = { shape: [3, 2] as const, data: Float64Array.of(1, 0, 2, 4, 0, 0) };
  for (const [a, b] of [
    [rows, others],
    [others, rows],
  ]) {
    expect(compareRows(a, b).cosine.mean).toBeCloseTo(1 / 3, 14);
  }
});

test("a mean comes with its standard error, over n − 1", () => {
  // Distances 1, 3, 5 and 7: their variance is 20/3, and a fourth of it is that of the mean.
  const zeros = { shape: [4, 1] as const, data: new Float64Array(4) };
  const rows = { shape: [4, 1] as const, data: Float64Array.of(1, 3, 5, 7) };
  const { distance } = compareRows(zeros, rows);
  expect(distance.mean).toBe(4);
  expect(distance.error).toBeCloseTo(Math.sqrt(5 / 3), 14);
});

test.each([
  ["softmax", softmaxSeparation(), reference.mean_cosine.softmax],
  ["ReLU", reluSeparation, reference.mean_cosine.relu],
  ["dot product", dotSeparation, reference.mean_cosine.dot],
])("the %s memory has the mean cosine of the reference", async (_, separation, expected) => {
  const recalled = await recallKernel({ keys, values, queries: keys }, { separation });
  expect(Math.abs(compareRows(values, recalled).cosine.mean - expected)).toBeLessThan(TOLERANCE);
});
