// Why all derivatives are symbolic: TensorFlow.js's own second derivatives of the functions that
// memories are made of are wrong, without an error. Its gradients of these functions keep the
// saved output as if it were a constant.

import {
  apply,
  evaluate,
  type Expr,
  get,
  gradient,
  indicesOf,
  makeDim,
  makeTensor,
  mul,
  type ScalarFunction,
  sum,
} from "@hamlet/graph";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
// Registers the gradients, which tfjs-core does not do by itself in Node.
import "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, test } from "vitest";

const X = [0.3, 0.7];
const D = makeDim("D", X.length);
const x = makeTensor("x", "given", [D]);

/** ∂/∂x Σ f′(x) · x, by differentiating twice. */
function ours(f: ScalarFunction): number[] {
  const [i, j, k] = [0, 1, 2].map(() => indicesOf([D])[0]);
  const value = sum([i], apply(f, get(x, [i])));
  const slope: Expr = gradient(value, x, [j]);
  const twice = gradient(sum([j], mul(slope, get(x, [j]))), x, [k]);
  return [...evaluate(twice, { tensors: new Map([[x, X]]) }, [k]).data];
}

function theirs(f: (x: tf.Tensor) => tf.Tensor): number[] {
  return tf.tidy(() => {
    const slope = tf.grad((z) => tf.sum(f(z)));
    const twice = tf.grad((z) => tf.sum(tf.mul(slope(z), z)));
    return [...twice(tf.tensor1d(X)).dataSync()];
  });
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
/** f′ + x f″, by hand. */
const EXACT: readonly (readonly [
  ScalarFunction,
  (x: tf.Tensor) => tf.Tensor,
  (x: number) => number,
])[] = [
  ["tanh", tf.tanh, (z) => (1 - Math.tanh(z) ** 2) * (1 - 2 * z * Math.tanh(z))],
  ["sigmoid", tf.sigmoid, (z) => sigmoid(z) * (1 - sigmoid(z)) * (1 + z * (1 - 2 * sigmoid(z)))],
  ["exp", tf.exp, (z) => Math.exp(z) * (1 + z)],
];

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

describe.each(EXACT)("the second derivative of %s", (name, theirFunction, exact) => {
  test("is exact here", () => {
    ours(name).forEach((value, i) => expect(value).toBeCloseTo(exact(X[i]), 12));
  });

  test("is wrong in TensorFlow.js 4.22, silently", () => {
    const worst = theirs(theirFunction).map((value, i) => Math.abs(value - exact(X[i])));
    expect(Math.max(...worst)).toBeGreaterThan(0.01);
  });
});
