import { besselRatio, i0e, i1e, logI0 } from "@hamlet/core/numbers";
import { expect, test } from "vitest";
import reference from "../../../../fixtures/bessel.json" with { type: "json" };

const TOLERANCE = 1e-10;

// The reference itself is rounded: it has log I₀(1e-6) to four digits.
test.each([
  ["i0e", i0e, reference.i0e],
  ["i1e", i1e, reference.i1e],
  ["logI0", logI0, reference.log_i0],
  ["besselRatio", besselRatio, reference.i1_over_i0],
])("%s has the values of the reference", (_, f, expected) => {
  expect(reference.x.length).toBe(15);
  reference.x.forEach((x, i) => {
    expect(Math.abs(f(x) - expected[i])).toBeLessThanOrEqual(
      TOLERANCE * Math.abs(expected[i]) + 1e-15,
    );
  });
});

test("both series agree where one takes over from the other", () => {
  for (const f of [i0e, i1e, logI0, besselRatio]) {
    const [below, above] = [f(20 * (1 - 1e-15)), f(20)];
    expect(Math.abs(below / above - 1)).toBeLessThan(1e-14);
  }
});

test("the functions solve Bessel's equation", () => {
  // I₀' = I₁ and I₁' = I₀ − I₁/x, by central differences of e^(−x) I: (e^(−x) I)' = e^(−x) (I' − I).
  for (const x of [0.3, 2, 12, 19.9, 20.1, 300]) {
    const h = 1e-4 * x;
    const slope = (f: (x: number) => number) => (f(x + h) - f(x - h)) / (2 * h);
    expect(Math.abs(slope(i0e) - (i1e(x) - i0e(x)))).toBeLessThan(1e-7);
    expect(Math.abs(slope(i1e) - (i0e(x) - i1e(x) / x - i1e(x)))).toBeLessThan(1e-7);
  }
});

test("I₀ is even and I₁ odd", () => {
  expect(i0e(-3)).toBe(i0e(3));
  expect(i1e(-3)).toBe(-i1e(3));
  expect(logI0(-40)).toBe(logI0(40));
});
