import { differenceGradient, differenceHessianVector, maxRelativeError } from "@hamlet/testing";
import { describe, expect, test } from "vitest";

// f(x) = exp(x₀) x₁² + sin(x₁ x₂), with its derivatives by hand.
const f = ([a, b, c]: Float64Array) => Math.exp(a) * b * b + Math.sin(b * c);
const gradient = ([a, b, c]: Float64Array) => [
  Math.exp(a) * b * b,
  2 * Math.exp(a) * b + c * Math.cos(b * c),
  b * Math.cos(b * c),
];
const hessian = ([a, b, c]: Float64Array) => {
  const [e, s, k] = [Math.exp(a), Math.sin(b * c), Math.cos(b * c)];
  return [
    [e * b * b, 2 * e * b, 0],
    [2 * e * b, 2 * e - c * c * s, k - b * c * s],
    [0, k - b * c * s, -b * b * s],
  ];
};
const x = Float64Array.of(0.3, -1.2, 0.7);
const v = Float64Array.of(0.5, 2, -1);

describe("the gradient by central differences", () => {
  test("equals the one by hand", () => {
    expect(maxRelativeError(differenceGradient(f, x), gradient(x))).toBeLessThan(1e-9);
  });

  test("is better by Richardson extrapolation at the same step", () => {
    const error = (richardson: boolean) =>
      maxRelativeError(differenceGradient(f, x, { richardson, step: 1e-2 }), gradient(x));
    expect(error(true)).toBeLessThan(error(false) / 100);
    expect(error(true)).toBeLessThan(1e-8);
  });

  test("tells a wrong gradient from a right one", () => {
    const wrong = gradient(x).with(1, 2 * Math.exp(x[0]) * x[1]);
    expect(maxRelativeError(wrong, differenceGradient(f, x))).toBeGreaterThan(0.1);
  });

  test("leaves its argument as it was", () => {
    const point = x.slice();
    differenceGradient(f, point);
    expect(point).toEqual(x);
  });
});

describe("the Hessian-vector product by differences", () => {
  const expected = hessian(x).map((row) => row.reduce((sum, h, i) => sum + h * v[i], 0));

  test("equals the one by hand", () => {
    expect(maxRelativeError(differenceHessianVector(f, x, v), expected)).toBeLessThan(1e-6);
  });

  test("works without extrapolation, less exactly", () => {
    const product = differenceHessianVector(f, x, v, { richardson: false });
    expect(maxRelativeError(product, expected)).toBeLessThan(1e-4);
  });

  test("of the zero vector is zero", () => {
    expect(differenceHessianVector(f, x, new Float64Array(3))).toEqual(new Float64Array(3));
  });

  test("tells a wrong product from a right one", () => {
    const wrong = expected.with(2, 0);
    expect(maxRelativeError(wrong, differenceHessianVector(f, x, v))).toBeGreaterThan(0.1);
  });
});
