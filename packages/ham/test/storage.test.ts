// Storage rules: closed forms, the recursion as written, and what they are for.

import { foldIn, key } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { hebb, pseudoInverse, storkey, unlearn } from "@hamlet/ham";
import { describe, expect, test } from "vitest";
import { signs } from "./binary-models.ts";

const random = (K: number, D: number, seed = 0) =>
  ({ shape: [K, D], data: signs(K * D, seed) }) as const;
const rowsOf = ({ shape: [K, D], data }: ReturnType<typeof random>) =>
  Array.from({ length: K }, (_, m) => [...data.subarray(m * D, (m + 1) * D)]);
const apply = (W: Float64Array, v: readonly number[]) =>
  v.map((_, i) => v.reduce((total, x, j) => total + W[i * v.length + j] * x, 0));
const largest = (values: Iterable<number>) => Math.max(...[...values].map(Math.abs));

describe.each(Object.entries({ hebb, pseudoInverse, storkey }))("%s", (_, rule) => {
  test("is symmetric, and drops couplings of units with themselves on request", async () => {
    const D = 20;
    const W = await rule(random(5, D), { selfCoupling: false });
    for (let i = 0; i < D; i++) {
      expect(W[i * D + i]).toBe(0);
      for (let j = 0; j < i; j++) expect(Math.abs(W[i * D + j] - W[j * D + i])).toBeLessThan(1e-15);
    }
  });

  test("stores a pattern and its negative alike", async () => {
    const patterns = random(4, 24);
    const negated = { ...patterns, data: patterns.data.map((x) => -x) };
    const [one, other] = [await rule(patterns), await rule(negated)];
    expect(largest(one.map((w, k) => w - other[k]))).toBeLessThan(1e-15);
  });

  test("refuses what is no pattern", async () => {
    const attempt = (shape: [number, number], data: number[]) =>
      expect(rule({ shape, data })).rejects;
    await attempt([2, 3], [1, -1, 0, 1, 1, 1]).toThrow("found 0 at unit 2 of pattern 0");
    await attempt([2, 3], [1, -1, 1, 2, 1, 1]).toThrow("found 2 at unit 0 of pattern 1");
    await attempt([2, 2], [1, -1, 1]).toThrow(HamError);
  });
});

test("Hebb: W_ij is the mean agreement, for patterns that can be counted by hand", async () => {
  const data = [1, 1, -1, /* */ 1, -1, -1];
  const W = await hebb({ shape: [2, 3], data });
  expect([...W].map((w) => w * 3)).toEqual([0, 0, -2, 0, 0, 0, -2, 0, 0]);
});

describe("pseudo-inverse", () => {
  test.each([1, 10, 39, 40])(
    "W ξ = ξ exactly for %d independent patterns of 40 units",
    async (K) => {
      const patterns = random(K, 40);
      const W = await pseudoInverse(patterns);
      for (const xi of rowsOf(patterns)) {
        expect(largest(apply(W, xi).map((x, i) => x - xi[i]))).toBeLessThan(1e-12);
      }
    },
  );

  test("is the projection onto their span: W² = W, its trace the number of patterns", async () => {
    const D = 30;
    const W = await pseudoInverse(random(8, D));
    const columns = Array.from({ length: D }, (_, j) =>
      apply(W, [...W.subarray(j * D, (j + 1) * D)]),
    );
    expect(largest(columns.flat().map((x, k) => x - W[k]))).toBeLessThan(1e-14);
    const trace = Array.from({ length: D }, (_, i) => W[i * D + i]).reduce((a, b) => a + b);
    expect(trace).toBeCloseTo(8, 12);
  });

  test("holds where patterns depend on each other, and where two share most of their units", async () => {
    const { data } = random(2, 50);
    const [a, b] = [data.subarray(0, 50), data.subarray(50)];
    const almost = a.map((x, i) => (i === 0 ? -x : x));
    const patterns = {
      shape: [4, 50] as const,
      data: Float32Array.of(...a, ...b, ...a, ...almost),
    };
    const W = await pseudoInverse(patterns);
    for (const xi of rowsOf(patterns)) {
      expect(largest(apply(W, xi).map((x, i) => x - xi[i]))).toBeLessThan(1e-12);
    }
  });

  test("for two patterns it is the closed form with their overlap", async () => {
    const D = 16;
    const patterns = random(2, D, 3);
    const [a, b] = rowsOf(patterns);
    const c = a.reduce((total, x, i) => total + x * b[i], 0) / D;
    const W = await pseudoInverse(patterns);
    W.forEach((w, k) => {
      const [i, j] = [Math.floor(k / D), k % D];
      const expected =
        (a[i] * a[j] + b[i] * b[j] - c * (a[i] * b[j] + b[i] * a[j])) / (D * (1 - c * c));
      expect(Math.abs(w - expected)).toBeLessThan(1e-14);
    });
  });
});

describe("Storkey", () => {
  test("is its recursion, summed as it is written", async () => {
    const D = 12;
    const patterns = random(5, D, 4);
    let W = Array.from({ length: D }, () => Array<number>(D).fill(0));
    for (const xi of rowsOf(patterns)) {
      const h = (i: number, j: number) =>
        xi.reduce((total, x, k) => (k === i || k === j ? total : total + W[i][k] * x), 0);
      W = W.map((row, i) =>
        row.map((w, j) => w + (xi[i] * xi[j] - xi[i] * h(j, i) - h(i, j) * xi[j]) / D),
      );
    }
    const found = await storkey(patterns, { selfCoupling: true });
    expect(largest(found.map((w, k) => w - W[Math.floor(k / D)][k % D]))).toBeLessThan(1e-15);
  });

  test("one pattern is stored as by Hebb", async () => {
    const one = random(1, 30);
    expect(await storkey(one)).toEqual(await hebb(one));
  });

  test("keeps more patterns stable than Hebb's rule", async () => {
    const [K, D] = [25, 100];
    const stable = async (rule: typeof hebb) => {
      let count = 0;
      for (let seed = 0; seed < 4; seed++) {
        const patterns = random(K, D, seed);
        const W = await rule(patterns, { selfCoupling: false });
        for (const xi of rowsOf(patterns))
          count += Number(apply(W, xi).every((x, i) => x * xi[i] > 0));
      }
      return count / (4 * K);
    };
    expect(await stable(hebb)).toBeLessThan(0.2);
    expect(await stable(storkey)).toBeGreaterThan(0.7);
  });
});

describe("unlearning", () => {
  // The size of the paper.
  const [K, D] = [5, 32];
  const patterns = random(K, D, 1);
  /** The share of random starts that end in no pattern and no negated one. */
  const spurious = async (W: Float64Array) => {
    const starts = 200;
    let strays = 0;
    for (let n = 0; n < starts; n++) {
      // A start that is weakened by 1 in W leaves the fixed point it fell into behind.
      const after = await unlearn(W, { count: 1, rate: 1, key: foldIn(key(9), n) });
      const s = Array.from({ length: D }, (_, j) =>
        j === 0 ? 1 : Math.sign(D * (W[j] - after[j])),
      );
      const near = rowsOf(patterns).map(
        (xi) => Math.abs(xi.reduce((t, x, i) => t + x * s[i], 0)) / D,
      );
      strays += Number(Math.max(...near) < 0.95);
    }
    return strays / starts;
  };

  test("leaves fewer spurious states, and the patterns where they were", async () => {
    const before = await hebb(patterns);
    const after = await unlearn(before, { count: 400, rate: 0.01, key: key(2) });
    expect(await spurious(after)).toBeLessThan(0.5 * (await spurious(before)));
    for (const xi of rowsOf(patterns)) {
      expect(apply(after, xi).every((x, i) => x * xi[i] > 0)).toBe(true);
    }
  });

  test("goes on to erase the patterns where it goes too far", async () => {
    const erased = await unlearn(await hebb(patterns), { count: 800, key: key(2) });
    expect(await spurious(erased)).toBe(1);
  });

  test("takes εss/D of each state it visits, borrows its argument and follows from the key", async () => {
    const W = await hebb(random(1, 20));
    const copy = W.slice();
    const after = await unlearn(W, { count: 1, rate: 0.1, key: key(0) });
    // One pattern: every start falls into it or its negative.
    expect(largest(after.map((w, k) => w - 0.9 * W[k]))).toBeLessThan(1e-15);
    expect(W).toEqual(copy);
    const before = await hebb(patterns);
    const again = (seed: number) => unlearn(before, { count: 3, key: key(seed) });
    expect(await again(1)).toEqual(await again(1));
    expect(await again(1)).not.toEqual(await again(2));
    const odd = unlearn(new Float64Array(5), { count: 1, key: key(0) });
    await expect(odd).rejects.toThrow("no square");
  });
});
