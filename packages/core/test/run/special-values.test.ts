// Infinite and undefined entries, in everything that runs an expression.

import { float64, makeProgram, plan, simd } from "@hamlet/core";
import {
  apply,
  evaluate,
  type Expr,
  get,
  logsumexp,
  makeClosures,
  makeDim,
  makeIndex,
  makeTensor,
  reduce,
  softmax,
} from "@hamlet/graph";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";

const [Inf, none] = [Infinity, Number.NaN];
const D = makeDim("D", 3);
const i = makeIndex("i", D);
const x = makeTensor("x", "activation", [D]);
const keep = makeTensor("keep", "given", [D], { elem: "bool" });
/** The logarithm: an entry 0 is −∞, and nothing proves that it is finite. */
const entry = apply("log", get(x, [i]));
const kept = get(keep, [i]);
const all = [1, 1, 1];

/** Entries whose logarithms count, which of them are kept, and what is right. */
const TABLE: readonly {
  readonly name: string;
  readonly expr: Expr;
  readonly entries: readonly number[];
  readonly keep: readonly number[];
  readonly right: readonly number[];
}[] = [
  ...[
    { entries: [1, 2, 3], sum: [Math.log(6)], shares: [1 / 6, 1 / 3, 1 / 2] },
    { entries: [0, 1, 3], sum: [Math.log(4)], shares: [0, 1 / 4, 3 / 4] },
    { entries: [0, 0, 0], sum: [-Inf], shares: [none, none, none] },
    { entries: [Inf, 1, 0], sum: [Inf], shares: [none, 0, 0] },
    { entries: [Inf, 1, Inf], sum: [Inf], shares: [none, 0, none] },
    { entries: [1, Inf, 2], sum: [Inf], shares: [0, none, 0] },
    { entries: [none, 1, 2], sum: [none], shares: [none, none, none] },
    { entries: [1, none, Inf], sum: [none], shares: [none, none, none] },
  ].flatMap(({ entries, sum, shares }) => [
    { name: "log-sum-exp", expr: logsumexp([i], entry), entries, keep: all, right: sum },
    {
      name: "guarded log-sum-exp",
      expr: logsumexp([i], entry, kept),
      entries,
      keep: all,
      right: sum,
    },
    { name: "softmax", expr: softmax([i], entry), entries, keep: all, right: shares },
  ]),
  ...[
    { keep: [1, 0, 1], sum: [Math.log(4)], shares: [1 / 4, 0, 3 / 4] },
    { keep: [0, 0, 0], sum: [-Inf], shares: [0, 0, 0] },
  ].flatMap(({ keep: some, sum, shares }) => [
    {
      name: "log-sum-exp of some",
      expr: logsumexp([i], entry, kept),
      entries: [1, Inf, 3],
      keep: some,
      right: sum,
    },
    {
      name: "softmax of some",
      expr: softmax([i], entry, kept),
      entries: [1, Inf, 3],
      keep: some,
      right: shares,
    },
  ]),
  ...(["max", "min", "sum", "prod"] as const).map((op) => ({
    name: `${op} of nothing`,
    expr: reduce(op, [i], entry, kept),
    entries: [1, 2, 3],
    keep: [0, 0, 0],
    right: [{ max: -Inf, min: Inf, sum: 0, prod: 1 }[op]],
  })),
];

type Row = (typeof TABLE)[number];

const outputsOf = ({ expr }: Row) => [
  { name: "value", value: expr, indices: expr.free, batched: false },
];
const leaf = () => ({ stage: "step" as const, batched: false });
const STAGES = ["load", "param", "example"] as const;

const WAYS: Record<string, (row: Row) => ArrayLike<number>> = {
  interpreter: ({ expr, entries, keep: some }) =>
    evaluate(expr, {
      tensors: new Map([
        [x, entries],
        [keep, some],
      ]),
    }).data,
  closures: ({ expr, entries, keep: some, right }) => {
    const tensors = new Map([
      [x, entries],
      [keep, some],
    ]);
    const found = new Float64Array(right.length);
    makeClosures({ sizes: new Map(), tensors }).fill(expr, expr.free)(found);
    return found;
  },
  "float64 program": (row) => {
    const program = makeProgram(plan(outputsOf(row), { leaf }), { target: float64 });
    for (const stage of STAGES) program.bind(stage, new Map());
    const arrays = new Map([
      [x, row.entries],
      [keep, row.keep],
    ]);
    return program.step(arrays, { batch: 1 }).get("value")!.data;
  },
  "compiled code": (row) => {
    using program = makeProgram(plan(outputsOf(row), { leaf }), { target: simd });
    for (const stage of STAGES) program.bind(stage, new Map());
    const arrays = new Map([
      [x, row.entries],
      [keep, row.keep],
    ]);
    const result = program.step(arrays, { batch: 1 }).get("value")!;
    const values = result.data.slice();
    simd.free(result);
    return values;
  },
};

function tensors(row: Row): ArrayLike<number> {
  using program = makeProgram(plan(outputsOf(row), { leaf }));
  return tf.tidy(() => {
    for (const stage of STAGES) program.bind(stage, new Map());
    const inputs = new Map([
      [x, tf.tensor([...row.entries])],
      [keep, tf.tensor([...row.keep])],
    ]);
    return program.step(inputs, { batch: 1 }).get("value")!.dataSync();
  });
}

function expectRight(found: ArrayLike<number>, right: readonly number[]): void {
  const near = right.map((value, n) => (Math.abs(found[n] - value) < 2e-6 ? value : found[n]));
  expect(near).toEqual(right);
}

const rows = TABLE.map(
  (row) => [`${row.name} of log [${row.entries.join()}], [${row.keep.join()}]`, row] as const,
);

describe.each(Object.entries(WAYS))("%s", (_, way) => {
  test.each(rows)("%s", (__, row) => expectRight(way(row), row.right));
});

describe.each(NODE_BACKENDS)("tensors on %s", (backend) => {
  test.each(rows)("%s", async (__, row) => {
    await useBackend(backend);
    expectRight(tensors(row), row.right);
  });
});
