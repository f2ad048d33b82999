// How weights move: clipping of gradients; how bounded params are stored.

import { OPTIMISERS } from "@hamlet/core";
import {
  evaluateScalar,
  type Expr,
  get,
  lit,
  makeDim,
  makeTensor,
  type Tensor,
} from "@hamlet/graph";
import { ENGINES, type RecallEngine, Weights, withEngine } from "@hamlet/ham";
import { expectClose, expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { arena } from "../../../core/src/run/simd/arena.ts";
import { storedOf, storedSlope, valueOf } from "../../src/training/stored.ts";

beforeAll(() => useBackend("wasm"));

const D = makeDim("D", 2);
const a = makeTensor("a", "param", [D]);
const b = makeTensor("b", "param", []);

/** What plain descent with the rate 1 makes of zeros, by slopes that are halves of these. */
function moved(engine: RecallEngine, slopes: ReadonlyMap<Tensor, number[]>, clip: number) {
  return expectNoLeak(async () => {
    const before = arena().taken;
    const numbers = await withEngine(engine, async (own) => {
      const start = new Map(
        [...slopes].map(([param, { length }]) => [
          param,
          { shape: param.axes.map(() => 2), data: new Float32Array(length) },
        ]),
      );
      const options = { optimiser: OPTIMISERS.get("sgd")!, settings: { lr: 1 }, clip };
      const weights = new Weights(own, start, options);
      for (const [param, entries] of slopes) {
        const register = weights.slopes.sum(param);
        const value = own.make(entries, start.get(param)!.shape, param);
        register.value = own.target.replace(register.value, value);
      }
      const total = await weights.move(1, 0.5);
      const { data } = (await weights.numbers()).get("a")!;
      const others = (await weights.numbers()).get("b");
      weights.dispose();
      return { found: [...data, ...(others?.data ?? [])].map((x) => 0 - Number(x)), total };
    });
    expect(arena().taken).toBe(before);
    return numbers;
  });
}

describe.each(ENGINES)("on %s", (engine) => {
  test("clipping scales all gradients together, and only down", async () => {
    const slopes = new Map([
      [a, [6, 0]],
      [b, [8]],
    ]);
    expect((await moved(engine, slopes, 10)).found).toEqual([3, 0, 4]);
    expectClose((await moved(engine, slopes, 1)).found, [0.6, 0, 0.8], { tolerance: 1e-6 });
    const zeros = await moved(engine, new Map([[a, [0, 0]]]), 1);
    expect(zeros.found.map(Math.abs)).toEqual([0, 0]);
  });

  test("the sum of the gradient is no number where an entry is none", async () => {
    expect((await moved(engine, new Map([[a, [1, 3]]]), Infinity)).total).toBe(4);
    expect((await moved(engine, new Map([[a, [1, Number.NaN]]]), Infinity)).total).toBeNaN();
  });
});

/** An expression of a stored number at some of them. */
const at = (of: (stored: Expr) => Expr) => {
  const stored = makeTensor("stored", "param", []);
  const expr = of(get(stored));
  return (numbers: Iterable<number>) =>
    Array.from(numbers, (number) =>
      Math.fround(
        evaluateScalar(expr, { sizes: new Map(), tensors: new Map([[stored, [number]]]) }),
      ),
    );
};

test.each([
  [">", 0.5],
  [">=", 0.5],
  ["<", 3],
  ["<=", 3],
] as const)("a param %s %f comes back from its stored form, with the right slope", (op, value) => {
  const param = makeTensor("beta", "param", [], { bound: { op, value } });
  const entries = Float32Array.of(0.7, 1, 2.5);
  const values = at((stored) => valueOf(param, stored));
  const stored = storedOf(param, entries);
  expectClose(values(stored), entries, { tolerance: 1e-6 });
  const slope = at((one) => storedSlope(param, one, lit(1)))(stored);
  const h = 1e-2;
  const [up, down] = [values(stored.map((u) => u + h)), values(stored.map((u) => u - h))];
  const expected = up.map((x, k) => (x - down[k]) / (2 * h));
  expectClose(slope, expected, { tolerance: 1e-3 });
  // Far along either way the bound still holds.
  const side = op.startsWith(">") ? 1 : -1;
  for (const x of values(Float32Array.of(-80, 0, 80))) {
    expect(side * (x - value)).toBeGreaterThanOrEqual(0);
  }
});

test("a value at its bound is stored just inside", () => {
  const param = makeTensor("beta", "param", [], { bound: { op: ">=", value: 0 } });
  const [stored] = storedOf(param, Float32Array.of(0));
  expect(Number.isFinite(stored)).toBe(true);
  const [back] = at((one) => valueOf(param, one))([stored]);
  expect(back).toBeGreaterThan(0);
  expect(back).toBeLessThan(2e-6);
});

test("no bound stores the value itself", () => {
  const param = makeTensor("W", "param", [], { source: { from: "value", value: lit(0) } });
  const entries = Float32Array.of(-3, 0, 5);
  expect([...storedOf(param, entries)]).toEqual([...entries]);
});
