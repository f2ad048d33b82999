// A step between registers is a step: the same numbers, again and again, wherever it runs.

import {
  float64,
  type Instruction,
  makeProgram,
  type Register,
  simd,
  type Target,
  tensors,
  type WiredStep,
} from "@hamlet/core";
import { add, get, gradient, lit, mul, type Tensor } from "@hamlet/graph";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { energyAndSlope } from "../../conformance/descent.ts";
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
  ...energyAndSlope(ENERGIES[name], v, [j]),
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

/** A step whose results take the places of what it reads, after params that were changed. */
function inPlace<Value, Given>(
  name: string,
  { target, inputs, make, numbers }: Hand<Value, Given>,
): void {
  const slope = gradient(ENERGIES[name], v, [j]);
  const outputs = [
    { name: "next", value: add(get(v, [j]), mul(lit(-1 / 8), slope)), indices: [j], batched: true },
    { name: "before", value: get(v, [j]), indices: [j], batched: true },
    { name: "slope", value: slope, indices: [j], batched: true },
  ];
  const given = inputs();
  const plan = planFor(outputs, setting);
  const registers = new Map<Tensor, Register<Value>>();
  const made: Value[] = [];
  const wired: WiredStep[] = [];
  using program = makeProgram(plan, { target });
  using other = makeProgram(plan, { target });
  const own = (value: Value) => {
    made.push(value);
    return value;
  };
  const shapeOf = ({ shape }: Instruction) => shape.map((n) => Math.abs(n) * (n < 0 ? BATCH : 1));
  const now = () => new Map([...registers].map(([tensor, { value }]) => [tensor, value]));
  try {
    for (const instruction of plan.instructions) {
      const { op, tensor } = instruction;
      if (op !== "input") continue;
      registers.set(tensor!, { value: make(NUMBERS.get(tensor!)!, shapeOf(instruction)) });
    }
    const { shape } = plan.instructions[plan.outputs.get("slope")!];
    const found = (name: string): [string, Register<Value>] => [
      name,
      { value: make(new Float32Array(NUMBERS.get(v)!.length), shapeOf({ shape } as Instruction)) },
    ];
    const others = new Map([found("before"), found("slope")]);
    for (const stage of STAGES) {
      wired.push(program.wireStage(stage, { inputs: registers, batch: BATCH }));
    }
    const results = new Map([...others, ["next", registers.get(v)!] as const]);
    const step = program.wire({ inputs: registers, outputs: results, batch: BATCH });
    for (let round = 0; round < 3; round++) {
      for (const [tensor, register] of registers) {
        if (tensor === v) continue;
        const halved = numbers(register.value).map((x) => x * (tensor.elem === "real" ? 0.75 : 1));
        const instruction = plan.instructions.find((one) => one.tensor === tensor)!;
        register.value = target.replace(register.value, make(halved, shapeOf(instruction)));
      }
      for (const stage of wired) stage.run();
      for (const stage of STAGES) other.bind(stage, now());
      const plain = other.step(now(), { batch: BATCH, time: 0.25 });
      const expected = [...plain].map(([, value]) => numbers(own(value)));
      step.run(0.25);
      expect([...plain.keys()].map((name) => numbers(results.get(name)!.value))).toEqual(expected);
      for (const value of made.splice(0)) target.free(value);
    }
    step.dispose();
    for (const { value } of others.values()) target.free(value);
  } finally {
    for (const stage of wired) stage.dispose();
    for (const { value } of registers.values()) target.free(value);
    for (const value of given.values()) if (value instanceof tf.Tensor) value.dispose();
  }
}

test.each(Object.keys(ENERGIES))("%s, in place, with other params every time", (name) => {
  const before = arena().taken;
  inPlace(name, ON_SIMD);
  expect(arena().taken).toBe(before);
  inPlace(name, IN_FLOAT64);
  expectNoLeak(() => inPlace(name, ON_TENSORS));
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
