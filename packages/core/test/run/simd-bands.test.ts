// What walks the rows of a matrix block of rows by block, against the interpreter in float64: with
// fewer rows than a block, a block, several, and several parts; and with numbers that no finite sum
// holds.

import {
  float64,
  makeProgram,
  type Output,
  plan,
  type Program,
  simd,
  type SimdArray,
  type Target,
} from "@hamlet/core";
import {
  add,
  apply,
  div,
  type Expr,
  get,
  gradient,
  hessianVectorProduct,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  pow,
  reduce,
  sub,
  sum,
  type Tensor,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { couldWait, factored } from "../../src/run/simd/factors.ts";
import { schedule } from "../../src/run/simd/groups.ts";
import { workOf } from "../../src/run/target.ts";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";
import { energyAndSlope, leaf } from "../../conformance/descent.ts";
import { runReference } from "../../conformance/reference-run.ts";
import { planFor, type Setting } from "../../conformance/setting.ts";
import { some } from "../../../../tools/samples.ts";

const STAGES = ["load", "param", "example"] as const;

/** A memory of `K` patterns with `D` entries, and what it is run on. */
function memory(K: number, D: number) {
  const [rows, entries] = [makeDim("K", K), makeDim("D", D)];
  const [k, i, j] = [makeIndex("k", rows), makeIndex("i", entries), makeIndex("j", entries)];
  const xi = makeTensor("xi", "data", [rows, entries]);
  const bias = makeTensor("bias", "data", [rows]);
  const v = makeTensor("v", "activation", [entries]);
  const h = makeTensor("h", "activation", [rows]);
  const along = makeTensor("along", "given", [entries]);
  const scores = sum([i], mul(get(xi, [k, i]), get(v, [i])));
  const distance = sum([i], pow(sub(get(v, [i]), get(xi, [k, i])), lit(2)));
  const biased = add(mul(lit(2), scores), get(bias, [k]));
  const energies: Record<string, Expr> = {
    "log-sum-exp": neg(div(logsumexp([k], biased), lit(2))),
    "log-sum-exp of some": logsumexp([k], biased, apply("lt", get(bias, [k]), lit(0.3))),
    distances: neg(logsumexp([k], mul(lit(-0.5), distance))),
    powers: neg(sum([k], pow(apply("relu", biased), lit(3)))),
    squares: sum([k], pow(scores, lit(2))),
    waves: sum([k], mul(get(bias, [k]), apply("cos", scores))),
    "a logarithm of waves": apply(
      "log",
      add(lit(40), sum([k], add(apply("sin", scores), mul(get(bias, [k]), apply("cos", scores))))),
    ),
    "a logarithm that is cut": neg(
      apply("log", apply("max", sum([k], mul(get(bias, [k]), apply("cos", scores))), lit(0.4))),
    ),
    "a hidden layer": sum([k], mul(get(h, [k]), biased)),
    "two totals": mul(sum([k], apply("tanh", scores)), logsumexp([k], scores)),
    "the best and the worst": add(
      reduce("max", [k], scores),
      mul(lit(0.5), reduce("min", [k], biased)),
    ),
  };
  return { tensors: { xi, bias, v, h, along }, energies, indices: { k, j } };
}

const TENSORS = ["xi", "bias", "v", "h", "along"] as const;
type Values = Readonly<Record<(typeof TENSORS)[number], Float32Array>>;

/** Numbers of about 1, drawn anew for every sample. */
function draw(seed: number, count: number, size: number): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => {
    const mixed = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
    return (size * (((mixed ^ (mixed >>> 15)) >>> 3) % 2001)) / 1000 - size;
  });
}

/** The plan of an energy and its slope. */
function planned(K: number, D: number, name: string) {
  const { tensors, energies, indices } = memory(K, D);
  return plan(energyAndSlope(energies[name], tensors.v, [indices.j]), { leaf });
}

interface Checked {
  readonly change?: (values: Values) => void;
  /** Only the energies: what is as long as the rows is not kept then. */
  readonly alone?: boolean;
}

function check(
  K: number,
  D: number,
  batch: number,
  name: string,
  { change, alone = false }: Checked = {},
) {
  const { tensors, energies, indices } = memory(K, D);
  const size = 1 / Math.sqrt(D);
  const values: Values = {
    xi: draw(1, K * D, 1),
    bias: draw(2, K, 0.5),
    v: draw(3, batch * D, size),
    h: draw(4, batch * K, 0.1),
    along: draw(5, batch * D, size),
  };
  change?.(values);
  const setting: Setting = {
    bound: new Map(
      TENSORS.map((own) => {
        const { kind } = tensors[own];
        const stage = kind === "data" ? "load" : kind === "given" ? "example" : "step";
        return [tensors[own], { stage, batched: kind !== "data", values: values[own] }];
      }),
    ),
    batch,
  };
  const energy = energies[name];
  const outputs: Output[] = energyAndSlope(energy, tensors.v, [indices.j]);
  if (alone) outputs.splice(1);
  else {
    const value = gradient(energy, tensors.h, [indices.k]);
    outputs.push({ name: "hidden", value, indices: [indices.k], batched: true });
  }
  if (change === undefined && !alone) {
    const value = hessianVectorProduct(energy, tensors.v, tensors.along, [indices.j]);
    outputs.push({ name: "curvature", value, indices: [indices.j], batched: true });
  }
  const arrays = new Map([...setting.bound].map(([tensor, own]) => [tensor, own.values]));
  const run = <Value>(
    target: Target<Value, ArrayLike<number>>,
    also?: (program: Program<Value, ArrayLike<number>>, results: Map<string, Value>) => void,
  ) => {
    using program = makeProgram(planFor(outputs, setting), { target });
    for (const stage of STAGES) program.bind(stage, arrays);
    const results = program.step(arrays, { batch });
    also?.(program, results);
    return results;
  };
  const found = run<SimdArray>(simd, (program, results) => {
    expectWired(program, arrays, results, batch);
    for (const one of results) expectWired(program, arrays, new Map([one]), batch);
  });
  // What a plan makes of infinite numbers is not always what mathematics says: compare plans. So do
  // large memories, for which the interpreter takes long.
  const right =
    change === undefined && K * D < LARGE
      ? runReference(outputs, setting)
      : new Map([...run(float64)].map(([output, { data }]) => [output, [...data]]));
  for (const [output, expected] of right) {
    const actual = found.get(output)!;
    const scale = expected.reduce(
      (top, x) => Math.max(top, Number.isFinite(x) ? Math.abs(x) : 0),
      1,
    );
    expected.forEach((right, n) => {
      const own = actual.data[n];
      const error = Object.is(own, right) || own === right ? 0 : Math.abs(own - right) / scale;
      expect(error, `${output}[${n}]: ${right}, found ${own}`).toBeLessThanOrEqual(2e-5);
    });
    simd.free(actual);
  }
}

/** Expects a wired step to give the same numbers, twice. */
function expectWired(
  program: Program<SimdArray, ArrayLike<number>>,
  numbers: ReadonlyMap<Tensor, ArrayLike<number>>,
  results: ReadonlyMap<string, SimdArray>,
  batch: number,
): void {
  const inputs = new Map(
    [...numbers].map(([tensor, own]) => [tensor, { value: simd.input(own, [own.length], tensor) }]),
  );
  const outputs = new Map(
    [...results].map(([name, { shape, length }]) => {
      const empty = new Float32Array(length).fill(7);
      return [name, { value: simd.input(empty, shape, [...numbers.keys()][0]) }];
    }),
  );
  const wired = program.wire({ inputs, outputs, batch });
  for (let again = 0; again < 2; again++) {
    wired.run();
    for (const [name, { value }] of outputs) expect(value.data).toEqual(results.get(name)!.data);
  }
  wired.dispose();
  for (const { value } of [...inputs.values(), ...outputs.values()]) simd.free(value);
}

/** Numbers of a memory that has several parts, or nearly. */
const LARGE = 2 ** 15;
const NAMES = Object.keys(memory(2, 2).energies);

describe.each(some(NAMES))("%s", (name) => {
  test.each([
    [1, 3, 2],
    [2, 1, 1],
    [3, 5, 3],
    [8, 17, 1],
    [255, 4, 2],
    [256, 3, 5],
    [257, 6, 1],
    [700, 3, 3],
    [512, 128, 1],
    [513, 128, 2],
    [40, 2050, 3],
  ])("%i rows of %i, %i at a time", (K, D, batch) => {
    check(K, D, batch, name);
    check(K, D, batch, name, { alone: true });
  });

  test("any sizes", () => {
    law(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 14 }),
        fc.boolean(),
        (K, D, batch, alone) => check(K, 1 + (D % Math.ceil(4000 / K)), batch, name, { alone }),
      ),
      8,
    );
  });
});

const SPECIAL: Readonly<Record<string, (values: Values) => void>> = {
  "nothing but −∞ at first": ({ bias }) => bias.fill(-Infinity, 0, 300),
  "−∞ everywhere": ({ bias }) => bias.fill(-Infinity),
  "−∞ at the end": ({ bias }) => bias.fill(-Infinity, 280),
  "one ∞": ({ bias }) => (bias[400] = Infinity),
  "∞ at first": ({ bias }) => (bias[0] = Infinity),
  "NaN in the middle": ({ bias }) => (bias[270] = Number.NaN),
  "NaN in a pattern": ({ xi }) => (xi[900] = Number.NaN),
  "∞ in a state": ({ v }) => (v[1] = Infinity),
  "ever larger numbers": ({ bias }) =>
    bias.forEach((_, n) => (bias[n] = 40 * (n % 256 === 3 ? n : 0))),
  "ever smaller numbers": ({ bias }) => bias.forEach((_, n) => (bias[n] = -0.5 * n)),
  "numbers far apart": ({ bias }) => bias.forEach((_, n) => (bias[n] = n % 3 ? 100 : -300)),
  subnormals: ({ xi, v }) => {
    xi.forEach((x, n) => (xi[n] = x * 2 ** -70));
    v.forEach((x, n) => (v[n] = x * 2 ** -70));
  },
};

test("rows from memory that one example meets one after the other", () => {
  check(65_600, 64, 1, "log-sum-exp");
});

describe.each(some(NAMES))("%s with numbers of every kind", (name) => {
  test.each(Object.keys(SPECIAL))("%s", (kind) => {
    const change = SPECIAL[kind];
    check(700, 3, 3, name, { change });
    check(700, 128, 2, name, { change });
    check(700, 3, 2, name, { change, alone: true });
  });
});

test("what a product gives is there after a band that was found before it", () => {
  const [K, D, batch] = [300, 600, 2];
  const { tensors, energies, indices } = memory(K, D);
  const other = makeTensor("other", "data", [indices.j.dim, indices.j.dim]);
  const i = makeIndex("i", indices.j.dim);
  const beside = sum([i], mul(get(other, [indices.j, i]), get(tensors.v, [i])));
  const value = add(gradient(energies.powers, tensors.v, [indices.j]), beside);
  const both = plan([{ name: "both", value, indices: [indices.j], batched: true }], { leaf });
  const numbers = new Map([
    [tensors.xi, draw(1, K * D, 1)],
    [tensors.bias, draw(2, K, 0.5)],
    [tensors.v, draw(3, batch * D, 0.04)],
    [other, draw(4, D * D, 1)],
  ]);
  const run = <Value>(target: Target<Value, ArrayLike<number>>) => {
    using program = makeProgram(both, { target });
    program.bind("load", numbers);
    return program.step(numbers, { batch }).get("both")!;
  };
  const found = run<SimdArray>(simd);
  const right = run(float64).data;
  for (const [n, own] of found.data.entries()) expect(Math.abs(own - right[n])).toBeLessThan(1e-3);
  simd.free(found);
});

/** Those whose slope needs more than one pass: a total of all rows, before the slope of the first. */
const TWICE = ["two totals", "the best and the worst"];

test.each(NAMES.filter((name) => !TWICE.includes(name)))(
  "%s: patterns are not copied, and a step reads them once",
  (name) => {
    const own = planned(300, 5, name);
    const loops = schedule(workOf(own, "load")).actions.flatMap((action) =>
      action.kind === "loop" ? [action.loop] : [],
    );
    expect(loops.filter(({ steps }) => steps.every(({ kind }) => kind !== "apply"))).toEqual([]);
    const kinds = schedule(factored(workOf(own, "step")).work).actions.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "product" || kind === "band")).toEqual(["band"]);
  },
);

test("a factor of 0 waits, unless what it is multiplied by has no number", () => {
  const sums =
    (...numbers: readonly number[]) =>
    () =>
      Float32Array.from(numbers);
  expect(couldWait("mul", 0, sums(1, -2e38))).toBe(true);
  expect(couldWait("mul", -0, sums())).toBe(true);
  expect(couldWait("mul", 0, sums(1, Infinity))).toBe(false);
  expect(couldWait("mul", 0, sums(Number.NaN, 1))).toBe(false);
  expect(couldWait("div", 0, sums(1))).toBe(false);
  expect(couldWait("mul", 1e-45, sums(1))).toBe(false);
  expect(couldWait("mul", -0.5, sums(Infinity))).toBe(true);
});
