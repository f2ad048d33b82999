// Second derivatives against closed forms, on the functions whose second derivative
// TensorFlow.js loses (it re-uses the output of the forward pass as if it were a constant).

import {
  apply,
  evaluate,
  type Expr,
  get,
  gradient,
  hessianVectorProduct,
  indicesOf,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  position,
  pow,
  reduce,
  select,
  softmax,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";

const D = makeDim("D", 3);
const i = makeIndex("i", D);
const x = makeTensor("x", "state", [D]);
const u = makeTensor("u", "const", [D]);
const X = [0.3, 0.7, -1.2];
const U = [1.5, -0.4, 0.9];
const xi = get(x, [i]);

function hvp(expr: Expr, entries = X): number[] {
  const at = indicesOf([D]);
  const product = hessianVectorProduct(expr, x, u, at);
  const tensors = new Map([
    [x, entries],
    [u, U],
  ]);
  return [...evaluate(product, { tensors }, at).data];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 12));
}

const sigmoid = (t: number) => 1 / (1 + Math.exp(-t));

test.each<[string, Expr, (t: number) => number]>([
  ["tanh", apply("tanh", xi), (t) => -2 * Math.tanh(t) * (1 - Math.tanh(t) ** 2)],
  ["sigmoid", apply("sigmoid", xi), (t) => sigmoid(t) * (1 - sigmoid(t)) * (1 - 2 * sigmoid(t))],
  ["exp", apply("exp", xi), Math.exp],
  ["softplus", apply("softplus", xi), (t) => sigmoid(t) * (1 - sigmoid(t))],
  ["logcosh", apply("logcosh", xi), (t) => 1 - Math.tanh(t) ** 2],
  ["log of 2 + x", apply("log", apply("add", xi, lit(2))), (t) => -1 / (2 + t) ** 2],
  [
    "square of the positive side",
    select(apply("lt", lit(0), xi), pow(xi, lit(2)), lit(0)),
    (t) => (t > 0 ? 2 : 0),
  ],
  ["a squared maximum", pow(apply("max", xi, lit(0.5)), lit(2)), (t) => (t > 0.5 ? 2 : 0)],
])("the second derivative of %s is its closed form", (_, body, second) => {
  expectClose(
    hvp(sum([i], body)),
    X.map((t, k) => second(t) * U[k]),
  );
});

test("the table of wrong second derivatives comes out right", () => {
  const first = [0.3, 0.7];
  const rows = (["tanh", "sigmoid", "exp"] as const).map((op) => {
    const at = indicesOf([D]);
    const slope = gradient(sum([i], apply(op, xi)), x, at);
    const product = sum(at, mul(slope, get(x, at)));
    const values = evaluate(gradient(product, x, [i]), { tensors: new Map([[x, [...first, 0]]]) });
    return Array.from(values.data.slice(0, 2), (value) => Number(value.toFixed(3)));
  });
  expect(rows).toEqual([
    [0.755, 0.098],
    [0.234, 0.17],
    [1.755, 3.423],
  ]);
});

const weights = (() => {
  const total = X.reduce((sum, t) => sum + Math.exp(t), 0);
  return X.map((t) => Math.exp(t) / total);
})();
const meanU = weights.reduce((total, p, k) => total + p * U[k], 0);

test("the Hessian of logsumexp is diag(p) − ppᵀ", () => {
  expectClose(
    hvp(logsumexp([i], xi)),
    weights.map((p, k) => p * (U[k] - meanU)),
  );
});

test("the Hessian of the largest softmax weight is that of p₁", () => {
  // ∂²p₁/∂x_a∂x_b · u_b = p₁[(δ₁a − p_a)(u₁ − ū) − p_a(u_a − ū)]
  const first = sum([i], mul(apply("eq", position(i), lit(1)), softmax([i], xi)));
  const spread = U[1] - meanU;
  expectClose(
    hvp(first),
    weights.map((p, a) => weights[1] * ((Number(a === 1) - p) * spread - p * (U[a] - meanU))),
  );
});

test.each<[string, number[]]>([
  ["no factor is 0", X],
  ["one factor is 0", [0, 0.7, -1.2]],
  ["two factors are 0", [0, 0, -1.2]],
])("the Hessian of a product is right where %s", (_, entries) => {
  const [a, b, c] = entries;
  expectClose(hvp(reduce("prod", [i], xi), entries), [
    c * U[1] + b * U[2],
    c * U[0] + a * U[2],
    b * U[0] + a * U[1],
  ]);
});

test("the square of a maximum has curvature at the winner only", () => {
  expectClose(hvp(pow(reduce("max", [i], xi), lit(2))), [0, 2 * U[1], 0]);
});

test("tied maxima share the slope", () => {
  const at = indicesOf([D]);
  const tensors = new Map([[x, [2, 2, 1]]]);
  const slope = evaluate(gradient(reduce("max", [i], xi), x, at), { tensors }, at);
  expect([...slope.data]).toEqual([0.5, 0.5, 0]);
});
