// A step that would need too much memory takes a few examples at a time, and nobody can tell.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { float64, makeProgram, simd, type Target } from "@hamlet/core";
import { get, makeTensor } from "@hamlet/graph";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { energyAndSlope } from "../../conformance/descent.ts";
import { ENERGIES } from "../../conformance/energies.ts";
import { planFor, upload } from "../../conformance/setting.ts";
import { i, j, v, world, xi, m } from "../../conformance/world.ts";
import { examplesAtOnce, slicesOf } from "../../src/run/slices.ts";

const BATCH = 7;
const setting = world({ batch: BATCH });

function outputsOf(name: string) {
  return [
    ...energyAndSlope(ENERGIES[name], v, [j]),
    { name: "input", value: get(v, [i]), indices: [i], batched: true },
    { name: "data", value: get(xi, [m, i]), indices: [m, i], batched: false },
  ];
}

/** The outputs of a step under a budget, with their shapes. */
function run(name: string, budget: number) {
  return expectNoLeak(() => {
    const inputs = upload(setting);
    const program = makeProgram(planFor(outputsOf(name), setting), { budget });
    for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
    const results = program.step(inputs, { batch: BATCH, time: 0.25 });
    const values = [...results].map(([key, tensor]) => ({
      key,
      shape: tensor.shape,
      values: [...tensor.dataSync()],
    }));
    tf.dispose([...results.values(), ...inputs.values()]);
    program.dispose();
    return values;
  });
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test.each(Object.keys(ENERGIES))("%s is the same in slices", (name) => {
    const whole = run(name, Infinity);
    for (const budget of [1, 150]) {
      for (const [k, { key, shape, values }] of run(name, budget).entries()) {
        expect(shape, key).toEqual(whole[k].shape);
        expectClose(values, whole[k].values, { tolerance: 1e-5, floor: 1, what: key });
      }
    }
  });

  test("slices keep every intermediate within the budget", () => {
    const plan = planFor(outputsOf("a kernel of differences"), setting);
    // The joined array has 4 × 3 entries an example.
    expect(examplesAtOnce(plan, 25)).toBe(2);
    expect(examplesAtOnce(plan, 12 * 7)).toBe(7);
    expect(examplesAtOnce(plan, 1)).toBe(1);
    // A sum over the examples needs all of them.
    expect(examplesAtOnce({ ...plan, summed: true }, 1)).toBe(Infinity);
  });

  test("a missing stage and a missing input are named in slices too, and leave nothing", () => {
    expectNoLeak(() => {
      const inputs = upload(setting);
      using program = makeProgram(planFor(outputsOf("a masked distance"), setting), { budget: 1 });
      program.bind("load", inputs);
      expect(() => program.step(inputs, { batch: BATCH })).toThrow('bind("example", …)');
      program.bind("example", inputs);
      expect(() => program.step(new Map(), { batch: BATCH })).toThrow('"v"');
      expect(() => program.step(inputs, { batch: 5 })).toThrow("where [5, 3]");
      tf.dispose([...inputs.values()]);
    });
  });
});

/** Two examples of a `[4, 5, 6]` of numbers in their order, cut out of an axis. */
function cut<Value extends { readonly data: ArrayLike<number> }>(
  target: Target<Value, ArrayLike<number>>,
  axis: number,
): number[] {
  const entries = Float32Array.from({ length: 120 }, (_, k) => k);
  const whole = target.input(entries, [4, 5, 6], makeTensor("x", "data"));
  const part = target.cut(whole, axis, { from: 1, count: 2 });
  const found = Array.from(part.data);
  for (const value of [whole, part]) target.free(value);
  return found;
}

test.each([
  [0, 30, 4],
  [1, 6, 5],
  [2, 1, 6],
])("examples are cut out of axis %i, whose step is %i", (axis, step, size) => {
  const expected = Array.from({ length: 120 }, (_, k) => k).filter((k) =>
    [1, 2].includes(Math.floor(k / step) % size),
  );
  expect(cut(float64, axis)).toEqual(expected);
  expect(cut(simd, axis)).toEqual(expected);
});

test("a batch is cut without gaps", () => {
  expect(slicesOf(7, 3)).toEqual([
    { from: 0, count: 3 },
    { from: 3, count: 3 },
    { from: 6, count: 1 },
  ]);
  expect(slicesOf(2, 5)).toEqual([{ from: 0, count: 2 }]);
});
