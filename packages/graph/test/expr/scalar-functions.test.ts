// Scalar functions in float64 against their series and closed forms, where plain formulas lose digits.

import { SCALAR_FUNCTIONS } from "@hamlet/graph";
import { expect, test } from "vitest";

const { evaluate: logcosh } = SCALAR_FUNCTIONS.logcosh;

test("log cosh keeps its digits near 0", () => {
  for (let x = 1e-2; x > 1e-150; x /= 3) {
    // Its series: x²/2 − x⁴/12 + x⁶/45 − …
    const square = x * x;
    const right = square * (1 / 2 - square * (1 / 12 - square * (1 / 45 - square * (17 / 2520))));
    expect(Math.abs(logcosh(x) / right - 1), `log cosh ${x}`).toBeLessThan(1e-14);
    expect(logcosh(-x)).toBe(logcosh(x));
  }
  expect(logcosh(0)).toBe(0);
});

test("log cosh is the logarithm of cosh elsewhere, and |x| − log 2 far out", () => {
  for (let x = 0.01; x < 700; x *= 1.01) {
    const right = Math.log(Math.cosh(x));
    expect(Math.abs(logcosh(x) - right), `log cosh ${x}`).toBeLessThan(4e-16 * Math.max(1, right));
  }
  expect(logcosh(-1e300)).toBe(1e300);
  expect(logcosh(Number.NEGATIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(logcosh(Number.NaN)).toBeNaN();
});
