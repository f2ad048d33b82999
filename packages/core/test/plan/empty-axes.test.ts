// Axes of no entries, and of one: the values are those of mathematics. They are written out here,
// because a sum over nothing needs no interpreter.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { makeProgram, plan } from "@hamlet/core";
import {
  apply,
  evaluate,
  type Expr,
  get,
  logsumexp,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  position,
  pow,
  reduce,
  type ReduceOp,
  softmax,
  sub,
  sum,
  type Index,
} from "@hamlet/graph";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { leaf } from "../../conformance/descent.ts";

const A = makeDim("A", 3);
const NONE = makeDim("None", 0);
const v = makeTensor("v", "activation", [A]);
const xi = makeTensor("xi", "data", [NONE, A]);
const nothing = makeTensor("nothing", "activation", [NONE]);
const i = makeIndex("i", A);
const m = makeIndex("m", NONE);

/** One output for a batch of two (or of `batch`), as its shape and entries. */
function run(value: Expr, indices: readonly Index[] = [], batch = 2) {
  return expectNoLeak(() => {
    const program = makeProgram(plan([{ name: "out", value, indices, batched: true }], { leaf }));
    const inputs = new Map([
      [xi, tf.zeros([0, 3])],
      [nothing, tf.zeros([batch, 0])],
      [
        v,
        tf.tensor2d(
          Array.from({ length: 3 * batch }, (_, k) => k),
          [batch, 3],
        ),
      ],
    ]);
    program.bind("load", inputs);
    const out = program.step(inputs, { batch }).get("out")!;
    const result = { shape: out.shape, values: [...out.dataSync()] };
    tf.dispose([out, ...inputs.values()]);
    program.dispose();
    return result;
  });
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test("no memories: every sum is 0 and every log-sum-exp −∞", () => {
    const similarity = sum([i], mul(get(xi, [m, i]), get(v, [i])));
    expect(run(sum([m], similarity)).values).toEqual([0, 0]);
    expect(run(sum([m], apply("exp", similarity))).values).toEqual([0, 0]);
    expect(run(logsumexp([m], similarity)).values).toEqual([-Infinity, -Infinity]);
    const distance = sum([i], pow(sub(get(v, [i]), get(xi, [m, i])), lit(2)));
    expect(run(sum([m], apply("exp", mul(lit(-1), distance)))).values).toEqual([0, 0]);
    expect(run(sum([m, i], apply("tanh", sub(get(v, [i]), get(xi, [m, i]))))).values).toEqual([
      0, 0,
    ]);
    expect(run(sum([m], mul(get(xi, [m, i]), get(nothing, [m]))), [i])).toEqual({
      shape: [2, 3],
      values: [0, 0, 0, 0, 0, 0],
    });
  });

  test.each<[ReduceOp, number]>([
    ["sum", 0],
    ["prod", 1],
    ["max", -Infinity],
    ["min", Infinity],
    ["logsumexp", -Infinity],
  ])("%s of no entries is %d", (op, neutral) => {
    expect(run(reduce(op, [m], apply("tanh", get(nothing, [m])))).values).toEqual([
      neutral,
      neutral,
    ]);
    expect(run(reduce(op, [m], get(v, [i])), [i]).values).toEqual(Array(6).fill(neutral));
  });

  test("a softmax whose entries are all −∞ is 0/0, and 0 for what is left out", () => {
    const masked = (where: Expr | null) => softmax([i], apply("log", get(v, [i])), where);
    const at = (op: "lt" | "le", limit: number) => apply(op, position(i), lit(limit));
    // The logarithms of 0, 1, 2 in the first example.
    const read = (where: Expr | null, batch = 1) => {
      const { values } = run(masked(where), [i], batch);
      const tensors = new Map([[v, [0, 1, 2]]]);
      const interpreted = evaluate(masked(where), { tensors });
      expect([...interpreted.data].map(Math.fround)).toEqual(values.map(Math.fround));
      return values;
    };
    expect(read(at("lt", 1))).toEqual([NaN, 0, 0]);
    expect(read(at("lt", 0))).toEqual([0, 0, 0]);
    expect(read(at("lt", 2))).toEqual([0, 1, 0]);
    expect(read(null)[0]).toBe(0);
    const zeros = softmax([i], apply("log", mul(lit(0), get(v, [i]))), at("lt", 3));
    expect(run(zeros, [i], 1).values).toEqual([NaN, NaN, NaN]);
  });

  test("an output with an empty axis has its shape and no entries", () => {
    expect(run(mul(get(nothing, [m]), get(v, [i])), [m, i])).toEqual({
      shape: [2, 0, 3],
      values: [],
    });
    expect(run(get(nothing, [m]), [m])).toEqual({ shape: [2, 0], values: [] });
    expect(run(get(v, [i]), [i, m])).toEqual({ shape: [2, 3, 0], values: [] });
  });

  test("a batch of no examples gives outputs of no examples", () => {
    expect(run(sum([i], pow(get(v, [i]), lit(2))), [], 0)).toEqual({ shape: [0], values: [] });
    expect(run(apply("tanh", get(v, [i])), [i], 0)).toEqual({ shape: [0, 3], values: [] });
  });
});
