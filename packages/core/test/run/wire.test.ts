// A step between registers is a step: the same numbers, again and again, wherever it runs.

import {
  float64,
  type Instruction,
  makeProgram,
  type Register,
  simd,
  type Target,
  tensors,
} from "@hamlet/core";
import { get, gradient, type Tensor } from "@hamlet/graph";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { ENERGIES } from "../../conformance/energies.ts";
import { planFor, upload } from "../../conformance/setting.ts";
import { j, v, world } from "../../conformance/world.ts";
import { arena } from "../../src/run/simd/arena.ts";
import { withoutBlocks } from "./without-blocks.ts";

beforeAll(() => useBackend("cpu"));

const STAGES = ["load", "param", "example"] as const;
const BATCH = 3;
const setting = world({ batch: BATCH });
const NUMBERS = new Map([...setting.bound].map(([tensor, { values }]) => [tensor, values]));

/** How a target is handed numbers, and how they are read. */
interface Hand<Value, Given> {
  readonly target: Target<Value, Given>;
  readonly inputs: () => ReadonlyMap<Tensor, Given>;
  readonly make: (values: ArrayLike<number>, shape: readonly number[]) => Value;
  readonly numbers: (value: Value) => number[];
}

const ON_TENSORS: Hand<tf.Tensor, tf.Tensor> = {
  target: tensors,
  inputs: () => upload(setting),
  make: (values, shape) => tf.tensor(Float32Array.from(values), [...shape], "float32"),
  numbers: (value) => [...value.dataSync()],
};
const ON_SIMD: Hand<ReturnType<typeof simd.share>, ArrayLike<number>> = {
  target: simd,
  inputs: () => NUMBERS,
  make: (values, shape) => simd.input(values, shape, v),
  numbers: ({ data }) => [...data],
};
const IN_FLOAT64: Hand<ReturnType<typeof float64.share>, ArrayLike<number>> = {
  target: float64,
  inputs: () => NUMBERS,
  make: (values, shape) => ({ shape, data: Float64Array.from(values) }),
  numbers: ({ data }) => [...data],
};

/** An energy, its slope, and both again by other names. */
const outputsFor = (name: string) => [
  { name: "energy", value: ENERGIES[name], indices: [], batched: true },
  { name: "slope", value: gradient(ENERGIES[name], v, [j]), indices: [j], batched: true },
  { name: "slope again", value: gradient(ENERGIES[name], v, [j]), indices: [j], batched: true },
  { name: "cue", value: get(v, [j]), indices: [j], batched: true },
];

/** Three steps between registers beside three steps, along the slope. */
function walk<Value, Given>(
  name: string,
  { target, inputs, make, numbers }: Hand<Value, Given>,
  budget?: number,
): void {
  const given = inputs();
  const plan = planFor(outputsFor(name), setting);
  const registerOf = ({ shape }: Instruction, values?: ArrayLike<number>): Register<Value> => {
    const bound = shape.map((n) => Math.abs(n) * (n < 0 ? BATCH : 1));
    const count = bound.reduce((a, b) => a * b, 1);
    return { value: make(values ?? new Float32Array(count).fill(7), bound) };
  };
  using program = makeProgram(plan, { target, ...(budget === undefined ? {} : { budget }) });
  for (const stage of STAGES) program.bind(stage, given);
  const states = new Map<Tensor, Register<Value>>();
  const results = new Map<string, Register<Value>>();
  try {
    for (const instruction of plan.instructions) {
      const { op, stage, tensor } = instruction;
      if (op !== "input" || stage !== "step") continue;
      states.set(tensor!, registerOf(instruction, NUMBERS.get(tensor!)));
    }
    for (const [own, slot] of plan.outputs) results.set(own, registerOf(plan.instructions[slot]));
    const wired = program.wire({ inputs: states, outputs: results, batch: BATCH });
    try {
      for (let step = 0; step < 3; step++) {
        wired.run(0.25);
        const now = [...states].map(([tensor, { value }]) => [tensor, value] as const);
        const plain = program.step(new Map(now), { batch: BATCH, time: 0.25 });
        const expected = [...plain].map(([own, value]) => [own, numbers(value)]);
        for (const value of plain.values()) target.free(value);
        expect([...results].map(([own, { value }]) => [own, numbers(value)])).toEqual(expected);
        const slope = numbers(results.get("slope")!.value);
        const state = states.get(v)!;
        const moved = numbers(state.value).map((x, i) => x - slope[i] / 8);
        state.value = target.replace(state.value, make(moved, [BATCH, moved.length / BATCH]));
      }
    } finally {
      wired.dispose();
    }
  } finally {
    for (const { value } of [...states.values(), ...results.values()]) target.free(value);
    for (const value of given.values()) if (value instanceof tf.Tensor) value.dispose();
  }
}

describe.each(Object.keys(ENERGIES))("%s", (name) => {
  test.each([undefined, 64])("on every target, with a budget of %s", (budget) => {
    const before = arena().taken;
    walk(name, ON_SIMD, budget);
    expect(arena().taken).toBe(before);
    walk(name, IN_FLOAT64, budget);
    expectNoLeak(() => walk(name, ON_TENSORS, budget));
  });

  test("leaves nothing behind, whichever block is not to be had", () => {
    withoutBlocks(() => walk(name, ON_SIMD), 5);
  });
});

test("a wired step without the time of a schedule, or an input, is refused and leaves nothing", () => {
  const before = arena().taken;
  {
    using program = makeProgram(planFor(outputsFor("a schedule"), setting), { target: simd });
    for (const stage of STAGES) program.bind(stage, NUMBERS);
    const bound = arena().taken;
    const wire = (inputs: ReadonlyMap<Tensor, Register<ReturnType<typeof simd.share>>>) =>
      program.wire({ inputs, outputs: new Map(), batch: BATCH });
    expect(() => wire(new Map())).toThrow("There is no value for");
    expect(arena().taken).toBe(bound);
    const numbers = NUMBERS.get(v)!;
    const value = simd.input(numbers, [BATCH, numbers.length / BATCH], v);
    const wired = wire(new Map([[v, { value }]]));
    expect(() => wired.run()).toThrow("is given the time");
    wired.dispose();
    simd.free(value);
  }
  expect(arena().taken).toBe(before);
});
