// Sums over pairs: they merge, they forget, and they teach the same memory.

import type { Matrix } from "@hamlet/graph";
import {
  forgetStatistics,
  learnFromStatistics,
  learnLinear,
  mergeStatistics,
  type Pairs,
  recallLinear,
  type Statistics,
  statisticsOf,
} from "@hamlet/kohonen";
import { describe, expect, test } from "vitest";
import { largestGap, randomPairs, thrownBy } from "./random-pairs.ts";

function rows({ shape: [, columns], data }: Matrix, from: number, to: number): Matrix {
  return { shape: [to - from, columns], data: data.slice(from * columns, to * columns) };
}

function part(pairs: { keys: Matrix; values: Matrix }, from: number, to: number): Pairs {
  return { keys: rows(pairs.keys, from, to), values: rows(pairs.values, from, to) };
}

function gap(a: Statistics, b: Statistics): number {
  return Math.max(
    Math.abs(a.count - b.count),
    largestGap(a.keyKey.data, b.keyKey.data),
    largestGap(a.keyValue.data, b.keyValue.data),
  );
}

const pairs = randomPairs({ n: 120, d: 9, m: 4 });
const whole = await statisticsOf(pairs);
const [a, b, c] = await Promise.all(
  [part(pairs, 0, 30), part(pairs, 30, 31), part(pairs, 31, 120)].map((some) => statisticsOf(some)),
);

test("shards add up to the whole, in any order and grouping", () => {
  expect(gap(mergeStatistics(mergeStatistics(a, b), c), whole)).toBeLessThan(1e-12);
  expect(gap(mergeStatistics(a, mergeStatistics(b, c)), whole)).toBeLessThan(1e-12);
  expect(gap(mergeStatistics(c, mergeStatistics(b, a)), whole)).toBeLessThan(1e-12);
});

test("forgetting is the inverse of merging", () => {
  expect(gap(forgetStatistics(whole, c), mergeStatistics(a, b))).toBeLessThan(1e-12);
});

test.each([
  ["more keys than dimensions", 120, 9],
  ["fewer keys than dimensions", 5, 9],
])("%s: the memory of the sums is the memory of the pairs", async (_, n, d) => {
  const stored = randomPairs({ n, d, m: 3 }, 1);
  const memory = await learnFromStatistics(await statisticsOf(stored));
  expect(largestGap(memory.weights.data, (await learnLinear(stored)).weights.data)).toBeLessThan(
    1e-10,
  );
  expect(memory.solution.warning).toBeNull();
});

test("a ridge means the same for sums and for pairs", async () => {
  const memory = await learnFromStatistics(whole, { ridge: 2 });
  const expected = await learnLinear(pairs, { ridge: 2 });
  expect(largestGap(memory.weights.data, expected.weights.data)).toBeLessThan(1e-12);
});

test("the condition number of sums is that of the keys, however they are solved", async () => {
  // Rows along the axes: the lengths are the singular values.
  const conditionOf = async (lengths: readonly number[]) => {
    const d = lengths.length;
    const data = new Float64Array(d * d);
    lengths.forEach((length, i) => (data[i * d + i] = length));
    const keys: Matrix = { shape: [d, d], data };
    const { solution } = await learnFromStatistics(await statisticsOf({ keys, values: keys }));
    return solution;
  };
  const near = await conditionOf([2, 10, 50]);
  expect(near.method).toBe("cholesky");
  expect(near.condition).toBeCloseTo(25, 1);
  const far = await conditionOf([1e-3, 1, 4e3]);
  expect(far.method).toBe("eigen");
  expect(far.condition / 4e6).toBeCloseTo(1, 6);
});

test("sums over keys that span less than they could come with a warning", async () => {
  const stored = randomPairs({ n: 30, d: 6, m: 2 }, 2);
  for (let i = 0; i < 30; i++) stored.keys.data[6 * i + 5] = stored.keys.data[6 * i];
  const memory = await learnFromStatistics(await statisticsOf(stored));
  expect(memory.solution).toMatchObject({ method: "eigen", rank: 5, condition: Infinity });
  expect(memory.solution.warning).toContain("The keys span 5 of 6 directions");
  const expected = await recallLinear(await learnLinear(stored), stored.keys);
  expect(largestGap((await recallLinear(memory, stored.keys)).data, expected.data)).toBeLessThan(
    1e-9,
  );
});

describe("mistakes", () => {
  test("sums over other sizes do not add up", async () => {
    const other = await statisticsOf(randomPairs({ n: 3, d: 5, m: 4 }));
    expect(await thrownBy(() => mergeStatistics(whole, other))).toMatchInlineSnapshot(`
      "kohonen/bad-shape
      Statistics add up only over pairs of one size: found keys of 9 numbers with values of 4, and keys of 5 with values of 4."
    `);
  });

  test("more than is stored cannot be forgotten", async () => {
    expect(await thrownBy(() => forgetStatistics(b, whole))).toMatchInlineSnapshot(`
      "kohonen/not-stored
      Only pairs that were stored can be forgotten: found 120 to forget, 1 stored."
    `);
  });

  test("nothing can be learned from nothing", async () => {
    expect(await thrownBy(() => learnFromStatistics(forgetStatistics(a, a))))
      .toMatchInlineSnapshot(`
      "kohonen/empty
      There are no pairs to learn. Store at least one."
    `);
  });
});
