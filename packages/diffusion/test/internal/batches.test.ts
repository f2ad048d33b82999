// How patterns, noise and times are dealt.

import { key } from "@hamlet/core";
import { type Points } from "@hamlet/diffusion";
import { describe, expect, test } from "vitest";
import { Batches } from "../../src/training/batches.ts";

/** The points 0, 1, 2, … of one coordinate. */
const counted = (count: number): Points => ({
  shape: [count, 1],
  data: Float64Array.from({ length: count }, (_, i) => i),
});

describe.each([
  [12, 4],
  [12, 5],
  [3, 7],
  [2, 2],
  [1, 6],
])("%d patterns, %d at a time", (all, size) => {
  const batches = new Batches(counted(all), size, key(1));
  const iterations = 6 * all;
  const dealt = Array.from({ length: iterations }, (_, k) => batches.deal(k));

  test("every epoch has each of them once, in an order of its own", () => {
    const row = dealt.flatMap(({ clean }) => [...clean]);
    const epochs = Array.from({ length: Math.floor(row.length / all) }, (_, e) =>
      row.slice(e * all, (e + 1) * all),
    );
    for (const epoch of epochs) {
      expect(epoch.toSorted((a, b) => a - b)).toEqual([...counted(all).data]);
    }
    if (all > 3) expect(new Set(epochs.map(String)).size).toBe(epochs.length);
  });

  test("a batch does not depend on those before it", () => {
    const later = new Batches(counted(all), size, key(1));
    for (const k of [iterations - 1, 3, 0]) expect(later.deal(k)).toEqual(dealt[k]);
  });
});

test("noise is normal, times are uniform, and no two iterations share them", () => {
  const batches = new Batches(counted(10), 500, key(3));
  const dealt = Array.from({ length: 20 }, (_, k) => batches.deal(k));
  const noise = dealt.flatMap((batch) => [...batch.noise]);
  const times = dealt.flatMap((batch) => [...batch.times]);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(noise.length).toBe(10_000);
  expect(Math.abs(mean(noise))).toBeLessThan(4 / 100);
  expect(Math.abs(mean(noise.map((z) => z * z)) - 1)).toBeLessThan((4 * Math.SQRT2) / 100);
  expect(Math.abs(mean(times) - 0.5)).toBeLessThan(4 / Math.sqrt(12) / 100);
  expect(times.every((t) => t >= 1e-5 && t < 1)).toBe(true);
  // Uniform numbers have 23 bits, so that of ten thousand a few may agree by chance.
  expect(new Set(times).size).toBeGreaterThan(9_950);
});
