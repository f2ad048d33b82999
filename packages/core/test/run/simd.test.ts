// Plans as compiled code against the interpreter in float64: the same numbers to float32, and no
// block of memory that nobody frees.

import { key, makeProgram, normal, type Output, simd, type SimdArray } from "@hamlet/core";
import {
  get,
  gradient,
  HamError,
  hessianVectorProduct,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  pow,
  lit,
  reduce,
  type ReduceOp,
  sum,
  type Tensor,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { energyAndSlope } from "../../conformance/descent.ts";
import { ENERGIES } from "../../conformance/energies.ts";
import { runReference } from "../../conformance/reference-run.ts";
import { planFor, type Setting } from "../../conformance/setting.ts";
import { cue, j, v, world } from "../../conformance/world.ts";
import { arena } from "../../src/run/simd/arena.ts";
import { law } from "../../../../tools/law.ts";
import { ExpressionSource, moderate } from "../plan/any-expression.ts";
import { withoutBlocks } from "./without-blocks.ts";

const STAGES = ["load", "param", "example"] as const;

function run(outputs: readonly Output[], setting: Setting, budget?: number): Map<string, number[]> {
  const { bound, batch = 1, time = 0.25 } = setting;
  const before = arena().taken;
  const arrays = new Map([...bound].map(([tensor, { values }]) => [tensor, values]));
  const found = new Map<string, number[]>();
  {
    using program = makeProgram(planFor(outputs, setting), {
      target: simd,
      ...(budget !== undefined && { budget }),
    });
    for (const stage of STAGES) program.bind(stage, arrays);
    for (const [name, value] of program.step(arrays, { batch, time })) {
      found.set(name, [...value.data]);
      simd.free(value);
    }
  }
  expect(arena().taken, "bytes that nobody freed").toBe(before);
  return found;
}

/** Errors are parts of `max(1, |expected|)`. */
function expectSame(
  outputs: readonly Omit<Output, "batched">[],
  setting: Setting,
  tolerance = 1e-4,
  budget?: number,
): void {
  const batched = outputs.map((output) => ({ ...output, batched: true }));
  const found = run(batched, setting, budget);
  for (const [name, expected] of runReference(batched, setting)) {
    const actual = found.get(name)!;
    expect(actual, name).toHaveLength(expected.length);
    expected.forEach((value, k) => {
      const same = Object.is(actual[k], value) || actual[k] === value;
      const error = same ? 0 : Math.abs(actual[k] - value) / Math.max(1, Math.abs(value));
      expect(error, `${name}[${k}]: ${value}, found ${actual[k]}`).toBeLessThanOrEqual(tolerance);
    });
  }
}

const SETTINGS = {
  "a batch": world(),
  "a batch of one": world({ batch: 1 }),
  "a batch of nine": world({ batch: 9 }),
  "no batch axis": world({ batched: false }),
};

describe.each(Object.entries(SETTINGS))("with %s", (_, setting) => {
  test.each(Object.entries(ENERGIES))("%s, its gradient and curvature", (__, energy) => {
    const outputs = [
      { name: "energy", value: energy, indices: [] },
      { name: "gradient", value: gradient(energy, v, [j]), indices: [j] },
      { name: "curvature", value: hessianVectorProduct(energy, v, cue, [j]), indices: [j] },
    ];
    expectSame(outputs, setting);
    // A few examples at a time.
    expectSame(outputs, setting, 1e-4, 64);
  });

  test("random expressions", () => {
    law(
      fc.property(fc.gen(), (draw) => {
        const source = new ExpressionSource(draw);
        const indices = Array.from({ length: draw(fc.nat, { max: 2 }) }, () =>
          source.index(source.dim()),
        );
        const value = source.expression(indices, 4);
        fc.pre(moderate(value, setting));
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

/** So many bytes behind every block that is taken inside are not to be written. */
const GUARD = 4096;
const SEAL = 0.1875;

/** Runs something, and expects that it writes nowhere but into the blocks that it takes. */
function guarded(run: () => void): void {
  const own = arena();
  const [take, give] = [own.take.bind(own), own.give.bind(own)];
  const guards = new Map<number, number>();
  const spies = [
    vi.spyOn(own, "take").mockImplementation((bytes) => {
      const at = take(bytes + GUARD);
      guards.set(at, at + Math.ceil(bytes / 64) * 64);
      own.floats(guards.get(at)!, GUARD / 4 - 16).fill(SEAL);
      return at;
    }),
    vi.spyOn(own, "give").mockImplementation((at) => {
      const guard = guards.get(at);
      if (guard !== undefined) {
        const broken = own.floats(guard, GUARD / 4 - 16).findIndex((entry) => entry !== SEAL);
        expect(broken, "written behind a block").toBe(-1);
      }
      guards.delete(at);
      give(at);
    }),
  ];
  try {
    run();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test.each([
  [1, 1, 1],
  [1, 40, 70],
  [1, 257, 1],
  [2, 9, 3],
  [3, 50, 60],
  [5, 300, 33],
  [7, 1, 8],
  [8, 520, 9],
  [13, 6, 600],
  [130, 33, 17],
  [9, 129, 13],
])("products of %i, %i and %i, in stacks too", (batch, depth, columns) => {
  const random = (seed: number, count: number) => new Float64Array(normal(key(seed), count));
  const [K, N] = [makeDim("K", depth), makeDim("N", columns)];
  const [a, b] = [makeTensor("a", "activation", [K]), makeTensor("b", "data", [K, N])];
  const [k, n] = [makeIndex("k", K), makeIndex("n", N)];
  const value = sum([k], mul(get(a, [k]), get(b, [k, n])));
  const turned = makeTensor("turned", "data", [N, K]);
  const other = sum([k], mul(get(a, [k]), get(turned, [n, k])));
  const each = makeTensor("each", "given", [K, N]);
  const stacked = sum([k], mul(get(a, [k]), get(each, [k, n])));
  const M = makeDim("M", 14);
  const m = makeIndex("m", M);
  const [rows, upright] = [
    makeTensor("rows", "given", [M, K]),
    makeTensor("upright", "given", [K, M]),
  ];
  const across = makeTensor("across", "given", [N, K]);
  const inStacks = {
    matrices: mul(get(rows, [m, k]), get(each, [k, n])),
    "matrices, one turned": mul(get(upright, [k, m]), get(each, [k, n])),
    "matrices, both turned": mul(get(upright, [k, m]), get(across, [n, k])),
    "matrices by rows": mul(get(rows, [m, k]), get(across, [n, k])),
  };
  const left = random(1, batch * depth);
  const outputs = [
    { name: "product", value, indices: [n] },
    { name: "turned", value: other, indices: [n] },
    { name: "stacked", value: stacked, indices: [n] },
    // The interpreter takes long for many.
    ...(batch * depth * columns > 2e4 ? [] : Object.entries(inStacks)).map(([name, own]) => ({
      name,
      value: sum([k], own),
      indices: [m, n],
    })),
  ];
  const setting: Setting = {
    bound: new Map([
      [a, { stage: "step", batched: true, values: left }],
      [b, { stage: "load", batched: false, values: random(2, depth * columns) }],
      [turned, { stage: "load", batched: false, values: random(3, depth * columns) }],
      [each, { stage: "example", batched: true, values: random(4, batch * depth * columns) }],
      [across, { stage: "example", batched: true, values: random(5, batch * depth * columns) }],
      [rows, { stage: "example", batched: true, values: random(6, 14 * batch * depth) }],
      [upright, { stage: "example", batched: true, values: random(7, 14 * batch * depth) }],
    ]),
    batch,
  };
  guarded(() => expectSame(outputs, setting, 2e-5));
});

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

test("a long sum loses nothing", () => {
  const LONG = makeDim("Long", 784_001);
  const many = makeTensor("many", "data", [LONG]);
  const n = makeIndex("n", LONG);
  const bound = new Map([
    [many, { stage: "load" as const, batched: false, values: new Float32Array(784_001).fill(0.7) }],
  ]);
  const value = sum([n], get(many, [n]));
  const found = run([{ name: "x", value, indices: [], batched: false }], { bound, batch: 1 });
  const right = 784_001 * Math.fround(0.7);
  expect(Math.abs(found.get("x")![0] - right) / right).toBeLessThan(1e-7);
});

/** A program of an energy and its slope, bound; and what a step of it is given. */
function bound(batch: number) {
  const setting = world({ batch });
  const energy = ENERGIES["a distance memory"];
  const outputs = energyAndSlope(energy, v, [j]);
  const program = makeProgram(planFor(outputs, setting), { target: simd });
  const arrays = new Map([...setting.bound].map(([tensor, { values }]) => [tensor, values]));
  for (const stage of STAGES) program.bind(stage, arrays);
  return { program, arrays };
}

test("a hundred thousand steps take no more memory than one", () => {
  const { program, arrays } = bound(4);
  const step = () => {
    const results = program.step(arrays, { batch: 4 });
    const slope = [...results.get("slope")!.data];
    for (const value of results.values()) simd.free(value);
    return slope;
  };
  const first = step();
  const { taken, bytes } = arena();
  for (let n = 0; n < 100_000; n++) step();
  expect(step()).toEqual(first);
  expect(arena().taken).toBe(taken);
  expect(arena().bytes).toBe(bytes);
  program.dispose();
});

test("a program steps with batches of any size, one after the other", () => {
  const { program } = bound(1);
  for (const batch of [1, 40, 3, 41]) {
    const other = bound(batch);
    guarded(() => {
      program.bind("example", other.arrays);
      const [found, expected] = [program, other.program].map((each) => {
        const results = each.step(other.arrays, { batch });
        const slope = [...results.get("slope")!.data];
        for (const value of results.values()) simd.free(value);
        return slope;
      });
      expect(found).toEqual(expected);
      program.release("example");
    });
    other.program.dispose();
  }
  program.dispose();
});

test("several programs share a memory that grows under them", () => {
  const before = arena().taken;
  const [one, two] = [bound(3), bound(5)];
  const results = one.program.step(one.arrays, { batch: 3 });
  const kept = [...results.get("slope")!.data];
  // More than there is: the memory moves.
  const bytes = arena().bytes;
  const large = arena().take(bytes);
  expect(arena().bytes).toBeGreaterThan(bytes);
  expect([...results.get("slope")!.data]).toEqual(kept);
  const others = two.program.step(two.arrays, { batch: 5 });
  expect(others.get("energy")!.length).toBe(5);
  const again = one.program.step(one.arrays, { batch: 3 });
  expect([...again.get("slope")!.data]).toEqual(kept);
  // Results are inputs without a copy.
  const on = new Map<Tensor, ArrayLike<number> | SimdArray>(one.arrays).set(v, again.get("slope")!);
  const further = one.program.step(on, { batch: 3 });
  expect([...further.get("slope")!.data]).not.toEqual(kept);
  for (const map of [results, others, again, further]) for (const x of map.values()) simd.free(x);
  arena().give(large);
  one.program.dispose();
  two.program.dispose();
  expect(arena().taken).toBe(before);
});

test("what cannot be had is said, and leaves nothing behind", () => {
  const before = arena().taken;
  const { program, arrays } = bound(3);
  expect(() => program.step(new Map(arrays).set(v, [1, 2]), { batch: 3 })).toThrow(
    'The value for "v" has 2 entries, where [3, 3] was expected.',
  );
  expect(() => arena().take(2 ** 40)).toThrow("no memory left");
  program.dispose();
  expect(() => program.step(arrays, { batch: 3 })).toThrow("disposed");
  expect(arena().taken).toBe(before);
});

test.each(Object.keys(ENERGIES))(
  "%s leaves nothing behind, whichever block is not to be had",
  (name) => {
    const setting = world({ batch: 5 });
    const outputs = energyAndSlope(ENERGIES[name], v, [j]);
    const arrays = new Map([...setting.bound].map(([tensor, { values }]) => [tensor, values]));
    withoutBlocks(() => {
      using program = makeProgram(planFor(outputs, setting), { target: simd, budget: 64 });
      for (const stage of STAGES) program.bind(stage, arrays);
      const results = program.step(arrays, { batch: 5, time: 0.25 });
      for (const value of results.values()) simd.free(value);
    }, 3);
  },
);
