import { expectClose, maxRelativeError } from "@hamlet/testing";
import { expect, test } from "vitest";

test("the largest relative error is found", () => {
  expect(maxRelativeError([1, 2.2, 3], [1, 2, 3])).toBeCloseTo(0.1, 12);
  expect(maxRelativeError([], [])).toBe(0);
});

test("errors near zero are measured against the floor", () => {
  expect(maxRelativeError([1e-9], [0], { floor: 1e-3 })).toBeCloseTo(1e-6, 12);
});

test("equal infinities and NaN are close, and nothing else is close to them", () => {
  expect(maxRelativeError([Infinity, Number.NaN], [Infinity, Number.NaN])).toBe(0);
  expect(maxRelativeError([-Infinity], [Infinity])).toBe(Infinity);
  expect(maxRelativeError([Number.NaN], [1])).toBe(Infinity);
  expect(maxRelativeError([1], [Number.NaN])).toBe(Infinity);
  expect(maxRelativeError([1], [Infinity])).toBe(Infinity);
});

test("arrays are close where their floor says so", () => {
  const compare = (floor?: number) => () =>
    expectClose([1e-9], [0], { tolerance: 1e-6, ...(floor === undefined ? {} : { floor }) });
  expect(compare(1)).not.toThrow();
  expect(compare()).toThrow("differ most");
  expect(compare(1e-5)).toThrow("differ most");
});

test("close arrays pass", () => {
  expect(() => expectClose([1.0001, 2], [1, 2], { tolerance: 1e-3 })).not.toThrow();
});

test("a failure names the worst index and both values", () => {
  expect(() =>
    expectClose([1, 2.5, 3.1], [1, 2, 3], { tolerance: 1e-3, what: "energies" }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Error: energies differ most at index 1 of 3: expected 2, found 2.5, a relative error of 0.250 where 0.001 is allowed.]`,
  );
});

test("different lengths fail", () => {
  expect(() => expectClose([1], [1, 2], { tolerance: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[Error: Expected 2 values, found 1.]`,
  );
});
