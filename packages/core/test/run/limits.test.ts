// The limits of a machine by a clock of the test: what a pass moves and computes is known.

import { measureLimits } from "@hamlet/core";
import { expect, test } from "vitest";

test("limits are what the best pass does in its time", () => {
  // A tick for each look at the clock, but for one that was disturbed.
  const ticks = [0, 9, 10, 11, 12, 21];
  const clock = () => ticks.shift()!;
  const limits = measureLimits({ clock, atLeast: 10 })!;
  expect(limits.bytesPerSecond).toBe(2 ** 26 * 1000);
  expect(limits.flopsPerSecond).toBe(2 * 4 * 12 * 2 ** 18 * 1000);
  expect(ticks).toEqual([]);
});
