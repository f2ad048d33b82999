// Plans in float64 against the interpreter: the same numbers but for the order of additions.

import { float64, key, makeProgram, normal, type Output } from "@hamlet/core";
import {
  type Expr,
  get,
  gradient,
  HamError,
  hessianVectorProduct,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  pow,
  reduce,
  type ReduceOp,
  sum,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENERGIES } from "../../conformance/energies.ts";
import { runReference } from "../../conformance/reference-run.ts";
import { planFor, type Setting } from "../../conformance/setting.ts";
import { cue, i, j, m, v, world, xi } from "../../conformance/world.ts";
import { ExpressionSource } from "../plan/any-expression.ts";
import { law } from "../../../../tools/law.ts";

function run(outputs: readonly Output[], setting: Setting): Map<string, Float64Array> {
  const { bound, batch = 1, time = 0.25 } = setting;
  const program = makeProgram(planFor(outputs, setting), { target: float64 });
  const arrays = new Map([...bound].map(([tensor, { values }]) => [tensor, values]));
  for (const stage of ["load", "param", "example"] as const) program.bind(stage, arrays);
  const results = program.step(arrays, { batch, time });
  return new Map([...results].map(([name, { data }]) => [name, data]));
}

/** The largest error, as a part of `max(1, |expected|)`; numbers that are not finite must be the same. */
function expectSame(outputs: readonly Omit<Output, "batched">[], setting: Setting): void {
  const batched = outputs.map((output) => ({ ...output, batched: true }));
  const found = run(batched, setting);
  for (const [name, expected] of runReference(batched, setting)) {
    const actual = found.get(name)!;
    expect(actual, name).toHaveLength(expected.length);
    expected.forEach((value, k) => {
      const same = Object.is(actual[k], value) || actual[k] === value;
      const error = same ? 0 : Math.abs(actual[k] - value) / Math.max(1, Math.abs(value));
      expect(error, `${name}[${k}]: ${value}, found ${actual[k]}`).toBeLessThanOrEqual(1e-11);
    });
  }
}

const SETTINGS = {
  "a batch": world(),
  "a batch of one": world({ batch: 1 }),
  "no batch axis": world({ batched: false }),
};

describe.each(Object.entries(SETTINGS))("with %s", (_, setting) => {
  test.each(Object.entries(ENERGIES))("%s, its gradient and curvature", (__, energy) => {
    expectSame(
      [
        { name: "energy", value: energy, indices: [] },
        { name: "gradient", value: gradient(energy, v, [j]), indices: [j] },
        { name: "curvature", value: hessianVectorProduct(energy, v, cue, [j]), indices: [j] },
      ],
      setting,
    );
  });

  test("random expressions", () => {
    law(
      fc.property(fc.gen(), (draw) => {
        const source = new ExpressionSource(draw);
        const indices = Array.from({ length: draw(fc.nat, { max: 2 }) }, () =>
          source.index(source.dim()),
        );
        const value = source.expression(indices, 4);
        const reference = runReference([{ name: "", value, indices, batched: true }], setting);
        const top = reference.get("")!.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        fc.pre(top < 1e6);
        try {
          expectSame([{ name: "value", value, indices }], setting);
        } catch (error) {
          if (!(HamError.isInstance(error) && error.code === "core/too-many-axes")) throw error;
        }
      }),
      125,
      { maxSkipsPerRun: 20 },
    );
  });
});

test.each(Object.entries(ENERGIES))(
  "%s: batches in turn, none in the way of another",
  (_, energy) => {
    const outputs = [
      { name: "energy", value: energy, indices: [], batched: true },
      { name: "gradient", value: gradient(energy, v, [j]), indices: [j], batched: true },
    ];
    const program = makeProgram(planFor(outputs, world()), { target: float64 });
    const found = [2, 5, 2, 1, 5].map((batch) => {
      const setting = world({ batch });
      const arrays = new Map([...setting.bound].map(([tensor, { values }]) => [tensor, values]));
      for (const stage of ["load", "param", "example"] as const) program.bind(stage, arrays);
      return { setting, results: program.step(arrays, { batch, time: 0.25 }) };
    });
    // Read when all are done: a later step must not write where an earlier result lies.
    for (const { setting, results } of found) {
      const alone = run(outputs, setting);
      for (const [name, { data }] of results) expect(data).toEqual(alone.get(name));
    }
  },
);

test("reductions of nothing are what mathematics says", () => {
  const NONE = makeDim("None", 0);
  const nothing = makeTensor("nothing", "data", [NONE]);
  const n = makeIndex("n", NONE);
  const values = { sum: 0, prod: 1, max: -Infinity, min: Infinity, logsumexp: -Infinity };
  for (const [op, expected] of Object.entries(values) as [ReduceOp, number][]) {
    const value = reduce(op, [n], pow(get(nothing, [n]), lit(3)), null);
    const bound = new Map([
      [nothing, { stage: "load" as const, batched: false, values: new Float32Array() }],
    ]);
    const found = run([{ name: "x", value, indices: [], batched: false }], { bound, batch: 1 });
    expect([...found.get("x")!], op).toEqual([expected]);
  }
});

/** Σ xi v as a plan; `xi` is data, `v` differs per example. */
function product(): { value: Expr; outputs: Output[] } {
  const value = sum([i], mul(get(xi, [m, i]), get(v, [i])));
  return { value, outputs: [{ name: "x", value, indices: [m], batched: true }] };
}

test("a batch too large for its intermediates is cut, with the same results", () => {
  const WIDE = makeDim("Wide", 2 ** 8);
  const x = makeTensor("x", "activation", []);
  const rows = makeTensor("rows", "data", [WIDE]);
  const w = makeIndex("w", WIDE);
  const value = sum([w], pow(mul(get(rows, [w]), get(x)), lit(3)));
  const batch = 1000;
  const plan = planFor([{ name: "y", value, indices: [], batched: true }], {
    bound: new Map([
      [x, { stage: "step", batched: true, values: [] }],
      [rows, { stage: "load", batched: false, values: [] }],
    ]),
    batch,
  });
  // Room for the intermediates of 16 examples.
  const program = makeProgram(plan, { target: float64, budget: 16 * 2 ** 8 * 8 });
  program.bind("load", new Map([[rows, new Float64Array(2 ** 8).fill(0.125)]]));
  const xs = Float64Array.from({ length: batch }, (_, k) => (k % 32) / 4);
  const found = program.step(new Map([[x, xs]]), { batch }).get("y")!.data;
  // 256 · (x/8)³ = x³/2
  expect(found).toEqual(xs.map((entry) => entry ** 3 / 2));
});

test("what is missing or of another size is named", () => {
  const { outputs } = product();
  const setting = world({ batch: 2 });
  const program = makeProgram(planFor(outputs, setting), { target: float64 });
  const six = new Map([[v, new Float64Array(6)]]);
  expect(() => program.step(six, { batch: 2 })).toThrow(/stepped before its "load" inputs/);
  expect(() => program.bind("load", new Map())).toThrow('There is no value for "xi".');
  program.bind("load", new Map([[xi, setting.bound.get(xi)!.values]]));
  expect(() => program.step(new Map(), { batch: 2 })).toThrow('There is no value for "v".');
  expect(() => program.step(new Map([[v, [1, 2]]]), { batch: 2 })).toThrow(
    'The value for "v" has 2 entries, where [2, 3] was expected.',
  );
  expect(program.step(six, { batch: 2 }).get("x")!.data).toHaveLength(8);
});

test("products of many sizes, in stacks too, are those of three loops", () => {
  const random = (seed: number, count: number) => new Float64Array(normal(key(seed), count));
  for (const [batch, depth, columns] of [
    [1, 40, 70],
    [3, 50, 60],
    [4, 33, 35],
    [9, 70, 130],
    [64, 5, 3],
  ]) {
    const [K, N] = [makeDim("K", depth), makeDim("N", columns)];
    const [a, b] = [makeTensor("a", "activation", [K]), makeTensor("b", "data", [K, N])];
    const [k, n] = [makeIndex("k", K), makeIndex("n", N)];
    const value = sum([k], mul(get(a, [k]), get(b, [k, n])));
    const [left, right] = [random(1, batch * depth), random(2, depth * columns)];
    expectSame([{ name: "product", value, indices: [n] }], {
      bound: new Map([
        [a, { stage: "step", batched: true, values: left }],
        [b, { stage: "load", batched: false, values: right }],
      ]),
      batch,
    });
    // The same once for every example: a stack of products.
    const each = makeTensor("each", "given", [K, N]);
    const stacked = sum([k], mul(get(a, [k]), get(each, [k, n])));
    expectSame([{ name: "stacked", value: stacked, indices: [n] }], {
      bound: new Map([
        [a, { stage: "step", batched: true, values: left }],
        [each, { stage: "example", batched: true, values: random(3, batch * depth * columns) }],
      ]),
      batch,
    });
  }
});
