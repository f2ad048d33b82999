// What the suite runs on: TensorFlow.js on the current backend, compiled code, or shaders.
//
// A session holds a bound program. What comes out of a step is read at the end, all at once, because
// reading from a graphics card means waiting for it.

import {
  type CardArray,
  type Instruction,
  makeProgram,
  type Output,
  readArrays,
  simd,
  type SimdArray,
  type Target,
  webgpu,
} from "@hamlet/core";
import { makeDim, makeTensor, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { runInstruction } from "../src/run/tensors.ts";
import type { OperationCase } from "./case.ts";
import { readTensors } from "./read-tensors.ts";
import { planFor, type Setting, upload } from "./setting.ts";

const STAGES = ["load", "param", "example"] as const;

/** A bound program. Values that it gives are freed by `move` or `read`. */
interface Session<Value> {
  step(time?: number): Map<string, Value>;
  /** Takes `tensor += by · change`; the change is freed. */
  move(tensor: Tensor, by: number, change: Value): void;
  /** What a tensor is now. */
  now(tensor: Tensor): Value;
  /** Ends the session and gives the numbers of values. */
  read(values: readonly Value[]): Promise<number[][]>;
}

/** Something that runs the cases. */
export interface Engine<Value = unknown> {
  operation(one: OperationCase): Promise<number[]>;
  session(outputs: readonly Output[], setting: Setting): Session<Value>;
}

/** TensorFlow.js, on the current backend. */
export const onTensors: Engine<tf.Tensor> = {
  async operation({ op, numbers, inputs }) {
    const given = inputs.map(({ values, shape }) => tf.tensor(values, [...shape], "float32"));
    const instruction = {
      op,
      numbers,
      inputs: [],
      tensor: null,
      stage: "step",
      shape: [],
    } as const;
    const [found] = await readTensors([runInstruction(instruction, given, 1), ...given]);
    return found;
  },
  session(outputs, setting) {
    const inputs = upload(setting);
    const program = makeProgram(planFor(outputs, setting));
    for (const stage of STAGES) program.bind(stage, inputs);
    return {
      step: (time = setting.time ?? 0.25) =>
        program.step(inputs, { batch: setting.batch ?? 1, time }),
      move(tensor, by, change) {
        const before = inputs.get(tensor)!;
        inputs.set(
          tensor,
          tf.tidy(() => tf.add(before, tf.mul(change, by))),
        );
        tf.dispose([before, change]);
      },
      now: (tensor) => tf.clone(inputs.get(tensor)!),
      read(values) {
        tf.dispose([...inputs.values()]);
        program.dispose();
        return readTensors(values);
      },
    };
  },
};

/** A target whose values are no tensors, and how those are read. */
interface Own<Value> {
  readonly target: Target<Value, ArrayLike<number>>;
  readonly read: (values: readonly Value[]) => Float32Array[] | Promise<Float32Array[]>;
}

/** Compiled code, without TensorFlow.js. */
export const onSimd: Engine<SimdArray> = onOwn({
  target: simd,
  read: (values) => values.map(({ data }) => data.slice()),
});

/** Shaders, on the device of the current backend. */
export const onWebgpu: Engine<CardArray> = onOwn({
  target: webgpu,
  async read(values) {
    // What others begin in the same turn goes into the same shader.
    await Promise.resolve();
    return readArrays(values);
  },
});

function onOwn<Value>({ target, read }: Own<Value>): Engine<Value> {
  const numbersOf = async (values: readonly Value[]) => {
    const found = await read(values);
    for (const value of values) target.free(value);
    return found.map((numbers) => Array.from(numbers));
  };
  return {
    async operation({ op, numbers, inputs, shape }) {
      const tensors = inputs.map((input, k) => leaf(`x${k}`, input.shape));
      const own = { ...STEP, op, inputs: inputs.map((_, k) => k), numbers, shape };
      const instructions = [...tensors.map((tensor, k) => given(tensor, inputs[k].shape)), own];
      const outputs = new Map([["y", inputs.length]]);
      using program = makeProgram({ instructions, outputs, summed: false }, { target });
      const values = new Map(tensors.map((tensor, k) => [tensor, inputs[k].values]));
      const [found] = await numbersOf([program.step(values, { batch: 1 }).get("y")!]);
      return found;
    },
    session(outputs, setting) {
      const inputs = new Map<Tensor, ArrayLike<number> | Value>(
        [...setting.bound].map(([tensor, { values }]) => [tensor, Float32Array.from(values)]),
      );
      const program = makeProgram(planFor(outputs, setting), { target });
      for (const stage of STAGES) program.bind(stage, inputs);
      /** Values that were moved to. */
      const owned = new Map<Tensor, Value>();
      const drop = (tensor: Tensor) => {
        const before = owned.get(tensor);
        if (before !== undefined) target.free(before);
      };
      return {
        step: (time = setting.time ?? 0.25) =>
          program.step(inputs, { batch: setting.batch ?? 1, time }),
        move(tensor, by, change) {
          const count = setting.bound.get(tensor)!.values.length;
          const moved = moveOn(target, { before: inputs.get(tensor)!, by, change, count });
          target.free(change);
          drop(tensor);
          owned.set(tensor, moved);
          inputs.set(tensor, moved);
        },
        now(tensor) {
          const { length } = setting.bound.get(tensor)!.values;
          const value = target.input(inputs.get(tensor)!, [length], tensor);
          return target.copies === true ? value : target.share(value);
        },
        read(values) {
          program.dispose();
          for (const tensor of owned.keys()) drop(tensor);
          return numbersOf(values);
        },
      };
    },
  };
}

/** What an instruction of a step has that stands alone. */
const STEP = { inputs: [], numbers: [], tensor: null, stage: "step" } as const;

const leaf = (name: string, shape: readonly number[]): Tensor =>
  makeTensor(
    name,
    "activation",
    shape.map((n, axis) => makeDim(`${name}axis${axis}`, n)),
  );

const given = (tensor: Tensor, shape: readonly number[]): Instruction => ({
  ...STEP,
  op: "input",
  tensor,
  shape,
});

/** `before + by · change`, on the target. */
function moveOn<Value>(
  target: Target<Value, ArrayLike<number>>,
  about: {
    readonly before: ArrayLike<number> | Value;
    readonly by: number;
    readonly change: Value;
    readonly count: number;
  },
): Value {
  const shape = [about.count];
  const [before, change] = [leaf("before", shape), leaf("change", shape)];
  const instructions: Instruction[] = [
    given(before, shape),
    given(change, shape),
    { ...STEP, op: "constant", numbers: [about.by], shape: [], stage: "step" },
    { ...STEP, op: "mul", inputs: [1, 2], shape },
    { ...STEP, op: "add", inputs: [0, 3], shape },
  ];
  const outputs = new Map([["moved", 4]]);
  using program = makeProgram({ instructions, outputs, summed: false }, { target });
  const inputs = new Map([
    [before, about.before],
    [change, about.change],
  ]);
  return program.step(inputs, { batch: 1 }).get("moved")!;
}
