import {
  add,
  apply,
  type Bound,
  checkConvexity,
  div,
  type Expr,
  get,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  type Neuron,
  pow,
  printConvexity,
  printText,
  size,
  sub,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";
import { curvatureOf } from "../../src/analyse/curvature.ts";

const K = makeDim("K", 3);
const k = makeIndex("k", K);
const x = makeTensor("x", "state", [K]);
const xk = get(x, [k]);

const positive: Bound = { op: ">", value: 0 };
const scalar = (name: string, bound: Bound | null = null) =>
  makeTensor(name, "param", [], { bound });
const weights = (bound: Bound | null) => makeTensor("w", "param", [K], { bound });

function layer(lagrangian: Expr): Neuron {
  return {
    name: "h",
    axes: [K],
    lagrangianName: "mine",
    lagrangian,
    state: x,
    activation: makeTensor("h", "activation", [K]),
    before: makeTensor("before h", "activation", [K]),
    tau: lit(1),
    leak: true,
    kind: "smooth",
  };
}

const verdict = (lagrangian: Expr) =>
  printConvexity(checkConvexity(layer(lagrangian), { points: 500 }));

const logOfSum = (bound: Bound | null) =>
  apply("log", sum([k], mul(apply("exp", xk), get(weights(bound), [k]))));

const variance = sum([k], pow(sub(xk, div(sum([k], xk), size(K))), lit(2)));

test.each<[string, Expr]>([
  ["a square", sum([k], pow(xk, lit(2)))],
  ["the logarithm of positive weights times exponentials", logOfSum(positive)],
  ["a norm", apply("sqrt", add(sum([k], pow(sub(xk, lit(2)), lit(2))), lit(0.1)))],
  ["a deviation, written as a power", pow(add(variance, lit(1)), lit(0.5))],
  [
    "a power ≥ 1 of relu",
    sum([k], pow(apply("relu", xk), get(scalar("n", { op: ">=", value: 1 })))),
  ],
  [
    "a difference that is one convex rising function of relu",
    sum([k], sub(apply("exp", apply("relu", xk)), apply("relu", xk))),
  ],
  [
    "the same difference, written out twice",
    sum([k], sub(apply("exp", apply("abs", get(x, [k]))), apply("abs", get(x, [k])))),
  ],
  [
    "a bowl with ripples too small to matter",
    sum([k], add(pow(xk, lit(2)), mul(lit(1.9), apply("cos", xk)))),
  ],
  ["a maximum of affine pieces", apply("max", sum([k], xk), neg2(sum([k], xk)))],
])("%s is proven convex", (_, lagrangian) => {
  expect(verdict(lagrangian)).toBe("proven");
});

function neg2(expr: Expr): Expr {
  return mul(lit(-2), expr);
}

test("a wave that is too strong is refuted by a chord with short numbers", () => {
  const wavy = sum([k], add(mul(lit(0.5), pow(xk, lit(2))), mul(lit(3), apply("cos", xk))));
  expect(verdict(wavy)).toMatchInlineSnapshot(
    `"refuted: \`cos(x[k])\` is not known to be convex; L(-2, -2, 0) + L(2, 0, -2) = 9.006 < 2 L(0, -1, -1) = 14.48"`,
  );
});

test("a weight that may be negative is named, and refuted with negative weights", () => {
  const result = checkConvexity(layer(logOfSum(null)));
  expect(result.status).toBe("refuted");
  const culprit = result.status === "refuted" ? result.culprit : null;
  expect(culprit?.because).toBe("sign");
  expect(printText(culprit!.expr)).toBe("w[k]");
});

test("what the rules cannot judge and no chord refutes is unknown", () => {
  const both = sum([k], mul(apply("relu", xk), apply("relu", xk), apply("exp", xk)));
  const result = checkConvexity(layer(sum([k], mul(apply("exp", xk), both))), { points: 200 });
  expect(printConvexity(result)).toMatchInlineSnapshot(
    `"unknown: \`relu(x[k]) * relu(x[k]) * exp(x[k])\` is not known to be convex; 200 random chords found no counter-example"`,
  );
});

test.each<[string, Expr]>([
  ["an even power with a pole", sum([k], pow(xk, lit(-2)))],
  ["a logarithm of a square", neg2(sum([k], apply("log", pow(xk, lit(2)))))],
])("%s is not proven: it is convex on both sides of 0 only", (_, lagrangian) => {
  expect(curvatureOf(lagrangian, x).curvature).toBe("unknown");
});

test("a scale without a bound is named as the culprit and refuted", () => {
  const scaled = mul(get(scalar("gamma")), apply("sqrt", add(variance, lit(1))));
  const result = checkConvexity(layer(scaled));
  expect(result.status).toBe("refuted");
  const culprit = result.status === "refuted" ? result.culprit : null;
  expect(culprit?.because).toBe("sign");
  expect(printText(culprit!.expr)).toBe("gamma");
});

test("a concave function is refuted", () => {
  expect(checkConvexity(layer(sum([k], neg2(pow(xk, lit(2)))))).status).toBe("refuted");
});

test("the search for a chord gives the same answer every time", () => {
  const wavy = layer(sum([k], apply("sin", xk)));
  expect(checkConvexity(wavy)).toEqual(checkConvexity(wavy));
});

test("the culprit is the innermost part that cannot be judged", () => {
  const inner = apply("sin", xk);
  const { culprit } = curvatureOf(sum([k], apply("exp", mul(lit(2), inner))), x);
  expect(culprit).toEqual({ expr: inner, because: "curvature" });
});
