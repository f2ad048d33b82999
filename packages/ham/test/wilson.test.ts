import { wilsonInterval } from "@hamlet/ham";
import { expect, test } from "vitest";

test("solves |p − p̂| = z √(p (1 − p) / n), which is what defines it", () => {
  const z = 1.959963984540054;
  for (const [hits, trials] of [
    [3, 10],
    [1, 50],
    [499, 500],
  ]) {
    const { low, high } = wilsonInterval(hits, trials);
    for (const p of [low, high]) {
      expect(Math.abs(p - hits / trials)).toBeCloseTo(z * Math.sqrt((p * (1 - p)) / trials), 12);
    }
  }
});

test("never seen and always seen have an end at 0 and at 1, and nothing tried says nothing", () => {
  expect(wilsonInterval(0, 20).low).toBe(0);
  expect(wilsonInterval(0, 20).high).toBeCloseTo(0.1611, 4);
  expect(wilsonInterval(20, 20).high).toBe(1);
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
});
