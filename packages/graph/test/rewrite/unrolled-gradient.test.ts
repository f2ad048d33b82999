// Training through a recall: the gradient of a loss with respect to the weights, through six
// steps of descent, against the reference. It needs the second derivatives that TensorFlow.js gets
// wrong.

import {
  add,
  apply,
  evaluate,
  evaluateScalar,
  type Expr,
  get,
  gradient,
  type Index,
  indicesOf,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mean,
  mul,
  pow,
  sub,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";
import reference from "../../../../fixtures/unrolled-gradient.json" with { type: "json" };

const D = makeDim("D", 5);
const W = makeTensor("W", "param", [D, D]);
const start = makeTensor("start", "given", [D]);
const target = makeTensor("target", "given", [D]);

/** The state after some Euler steps, at `i`: x − dt (x − ½ (W + Wᵀ) tanh x). */
function state(steps: number, i: Index): Expr {
  if (steps === 0) return get(start, [i]);
  const j = makeIndex(`j${steps}`, D);
  const before = state(steps - 1, i);
  const weights = mul(lit(1 / 2), add(get(W, [i, j]), get(W, [j, i])));
  const signal = sum([j], mul(weights, apply("tanh", state(steps - 1, j))));
  return sub(before, mul(lit(0.3), sub(before, signal)));
}

test("the gradient of a loss through six steps is the reference's", () => {
  const i = makeIndex("i", D);
  const error = sub(apply("tanh", state(6, i)), get(target, [i]));
  const loss = mean([i], pow(error, lit(2)));
  const at = indicesOf(W.axes);
  const tensors = new Map([
    [W, reference.W.flat()],
    [start, reference.start],
    [target, reference.target],
  ]);
  expect(Math.abs(evaluateScalar(loss, { tensors }) - reference.loss)).toBeLessThan(1e-5);
  const slope = evaluate(gradient(loss, W, at), { tensors }, at).data;
  reference.grad_W.flat().forEach((value, k) => {
    expect(Math.abs(slope[k] - value), `entry ${k}`).toBeLessThan(1e-5);
  });
});
