// The linear associator against its definition, and against singular values of the whole matrix.

import type { Matrix } from "@hamlet/graph";
import { compareRows, learnLinear, recallLinear } from "@hamlet/kohonen";
import { Matrix as Dense, pseudoInverse, solve, SVD } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { fromDense, largestGap, randomPairs, toDense } from "./random-pairs.ts";

/** What a product with weights as large as the condition number rounds off, for a few numbers. */
const ROUNDING = 1e-13;

const SIZES = [
  { n: 1, d: 1, m: 1 },
  { n: 1, d: 9, m: 2 },
  { n: 5, d: 9, m: 3 },
  { n: 9, d: 9, m: 4 },
  { n: 70, d: 9, m: 5 },
  { n: 64, d: 67, m: 2 },
  { n: 300, d: 131, m: 66 },
  { n: 2100, d: 6, m: 3 },
];

describe.each(SIZES)("$n keys of $d numbers with values of $m", (sizes) => {
  const { keys, values } = randomPairs(sizes);

  test("weights equal V K⁺ by singular values", async () => {
    // Keys are rows here: W = (K⁺ V)ᵀ.
    const expected = pseudoInverse(toDense(keys)).mmul(toDense(values)).transpose();
    const { weights } = await learnLinear({ keys, values });
    expect(weights.shape).toEqual([sizes.m, sizes.d]);
    expect(largestGap(weights.data, expected.to1DArray())).toBeLessThan(1e-9);
  });

  test("with a ridge they solve the penalised normal equations", async () => {
    const ridge = 0.7;
    const k = toDense(keys);
    const left = k.transpose().mmul(k).add(Dense.eye(sizes.d).mul(ridge));
    const expected = solve(left, k.transpose().mmul(toDense(values))).transpose();
    const { weights, solution } = await learnLinear({ keys, values }, { ridge });
    expect(solution.warning).toBeNull();
    expect(largestGap(weights.data, expected.to1DArray())).toBeLessThan(1e-10);
  });

  test("float32 pairs give what their float64 copies give", async () => {
    const single = (matrix: Matrix) => ({ ...matrix, data: Float32Array.from(matrix.data) });
    const copy = (matrix: Matrix) => ({
      ...matrix,
      data: Float64Array.from(Float32Array.from(matrix.data)),
    });
    const a = await learnLinear({ keys: single(keys), values: single(values) });
    const b = await learnLinear({ keys: copy(keys), values: copy(values) });
    expect(a.weights.data).toEqual(b.weights.data);
  });
});

/** Replaces row `to` of a matrix by row `from`. */
function duplicate({ shape: [, columns], data }: Matrix, from: number, to: number): void {
  data.copyWithin(to * columns, from * columns, (from + 1) * columns);
}

describe("up to d keys are recalled exactly", () => {
  test.each([
    [1, 8],
    [7, 8],
    [8, 8],
    [50, 64],
    [128, 128],
    [200, 256],
  ])("%i of %i dimensions", async (n, d) => {
    const { keys, values } = randomPairs({ n, d, m: 5 }, 1);
    const recalled = await recallLinear(await learnLinear({ keys, values }), keys);
    expect(largestGap(recalled.data, values.data)).toBeLessThan(1e-9);
    expect(Math.abs(compareRows(values, recalled).cosine.mean - 1)).toBeLessThan(1e-12);
  });

  test("also with duplicate pairs, which are counted as singular", async () => {
    const { keys, values } = randomPairs({ n: 20, d: 40, m: 7 }, 2);
    for (const [from, to] of [
      [3, 5],
      [7, 19],
    ]) {
      duplicate(keys, from, to);
      duplicate(values, from, to);
    }
    const memory = await learnLinear({ keys, values });
    expect(largestGap((await recallLinear(memory, keys)).data, values.data)).toBeLessThan(1e-9);
    expect(memory.solution).toMatchObject({ method: "svd", rank: 18 });
    expect(memory.solution.warning).toContain("18 of 20 directions");
  });

  test("also where keys and values are linear in fewer numbers", async () => {
    const hidden = toDense(randomPairs({ n: 30, d: 4, m: 1 }, 3).keys);
    const mix = (m: number, seed: number) =>
      fromDense(hidden.mmul(toDense(randomPairs({ n: 4, d: m, m: 1 }, seed).keys)));
    const [keys, values] = [mix(40, 4), mix(6, 5)];
    const memory = await learnLinear({ keys, values });
    expect(memory.solution.rank).toBe(4);
    expect(largestGap((await recallLinear(memory, keys)).data, values.data)).toBeLessThan(1e-9);
    // The unit that keys are measured in is nobody's business.
    for (const unit of [1e-9, 1e9]) {
      const scaled = { ...keys, data: keys.data.map((entry) => unit * entry) };
      expect((await learnLinear({ keys: scaled, values })).solution.rank).toBe(4);
    }
  });
});

test("a key that is stored with two values recalls their mean", async () => {
  const { keys, values } = randomPairs({ n: 6, d: 9, m: 2 }, 6);
  duplicate(keys, 0, 1);
  const recalled = (await recallLinear(await learnLinear({ keys, values }), keys)).data;
  for (const j of [0, 1]) {
    const mean = (values.data[j] + values.data[2 + j]) / 2;
    expect(recalled[j]).toBeCloseTo(mean, 10);
    expect(recalled[2 + j]).toBeCloseTo(mean, 10);
  }
});

describe("the closer keys are to singular, the more careful the solve", () => {
  const careful = (nearness: number, { n, d }: { n: number; d: number }) => {
    const { keys, values } = randomPairs({ n, d, m: 3 }, 7);
    // In keys (n ≤ d) or in dimensions (n > d), one nearly repeats another.
    const [count, step] = n > d ? [n, d] : [d, 1];
    const [a, b] = n > d ? [0, 1] : [0, d];
    for (let i = 0; i < count; i++) {
      const at = i * step;
      keys.data[b + at] = keys.data[a + at] + nearness * keys.data[b + at];
    }
    return { keys, values };
  };

  test.each([
    [1e-1, "cholesky"],
    [1e-5, "refined"],
    [1e-9, "svd"],
  ])("two keys that differ by %f: %s, and recall to rounding", async (nearness, method) => {
    const pairs = careful(nearness, { n: 20, d: 40 });
    const memory = await learnLinear(pairs);
    expect(memory.solution.method).toBe(method);
    const gap = largestGap((await recallLinear(memory, pairs.keys)).data, pairs.values.data);
    expect(gap).toBeLessThan(ROUNDING * memory.solution.condition);
  });

  test.each([
    [1e-1, "cholesky"],
    [1e-5, "refined"],
    [1e-9, "svd"],
  ])(
    "two dimensions that differ by %f: %s, and the smallest residual",
    async (nearness, method) => {
      const { keys, values } = careful(nearness, { n: 90, d: 12 });
      const memory = await learnLinear({ keys, values });
      expect(memory.solution.method).toBe(method);
      const residual = toDense(values).sub(toDense(await recallLinear(memory, keys)));
      // At the minimum the residual is orthogonal to every dimension of the keys.
      const slope = toDense(keys).transpose().mmul(residual);
      expect(largestGap(slope.to1DArray(), new Float64Array(36))).toBeLessThan(
        10 * ROUNDING * memory.solution.condition,
      );
    },
  );

  test("the condition number is that of the keys, and a warning names it", async () => {
    const { keys, values } = careful(1e-8, { n: 20, d: 40 });
    const singular = new SVD(toDense(keys).transpose()).diagonal;
    const expected = singular[0] / singular.at(-1)!;
    const { solution } = await learnLinear({ keys, values });
    expect(solution.condition / expected).toBeCloseTo(1, 3);
    expect(solution.warning).toBe(
      `The keys are nearly singular (condition number ${solution.condition.toExponential(1)}). ` +
        "The weights were found by singular values instead of the Gram matrix. " +
        "A ridge makes the recall steadier.",
    );
  });
});
