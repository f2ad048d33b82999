// The limits of a machine by a clock of the test: what a pass moves and computes is known.

import { measureLimits } from "@hamlet/core";
import { expect, test } from "vitest";

test("limits are what the best pass does in its time", () => {
  // A millisecond for each look at the clock, but for the first passes, which are disturbed.
  let [looks, now] = [0, 0];
  const clock = () => (now += looks++ % 21 === 1 ? 9 : 1);
  const limits = measureLimits({ clock, atLeast: 10 })!;
  expect(limits.bytesPerSecond).toBe(2 ** 26 * 1000);
  expect(limits.flopsPerSecond).toBe(2 * 4 * 12 * 2 ** 18 * 1000);
  expect(looks).toBe(2 * 21);
});
