// What the suite runs on: TensorFlow.js on the current backend, or compiled code.
//
// A session holds a bound program. What comes out of a step is read at the end, all at once, because
// reading from a graphics card means waiting for it.

import { type Instruction, makeProgram, type Output, simd, type SimdArray } from "@hamlet/core";
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

/** Compiled code, without TensorFlow.js. */
export const onSimd: Engine<SimdArray> = {
  operation({ op, numbers, inputs, shape }) {
    const tensors = inputs.map((input, k) =>
      makeTensor(
        `x${k}`,
        "activation",
        input.shape.map((n, axis) => makeDim(`x${k}axis${axis}`, n)),
      ),
    );
    const stage = "step" as const;
    const entries = inputs.map((input, k): Instruction => ({
      op: "input",
      inputs: [],
      numbers: [],
      tensor: tensors[k],
      stage,
      shape: input.shape,
    }));
    const own = { op, inputs: inputs.map((_, k) => k), numbers, tensor: null, stage, shape };
    const outputs = new Map([["y", inputs.length]]);
    const plan = { instructions: [...entries, own], outputs, summed: false };
    using program = makeProgram(plan, { target: simd });
    const given = new Map(tensors.map((tensor, k) => [tensor, inputs[k].values]));
    const result = program.step(given, { batch: 1 }).get("y")!;
    const found = Array.from(result.data);
    simd.free(result);
    return Promise.resolve(found);
  },
  session(outputs, setting) {
    const inputs = new Map<Tensor, ArrayLike<number>>(
      [...setting.bound].map(([tensor, { values }]) => [tensor, Float32Array.from(values)]),
    );
    const program = makeProgram(planFor(outputs, setting), { target: simd });
    for (const stage of STAGES) program.bind(stage, inputs);
    return {
      step: (time = setting.time ?? 0.25) =>
        program.step(inputs, { batch: setting.batch ?? 1, time }),
      move(tensor, by, change) {
        const [before, along] = [inputs.get(tensor)!, change.data];
        inputs.set(
          tensor,
          Float32Array.from(before, (x, k) => x + Math.fround(by * along[k])),
        );
        simd.free(change);
      },
      now: (tensor) => simd.input(inputs.get(tensor)!, [inputs.get(tensor)!.length], tensor),
      read(values) {
        program.dispose();
        const found = values.map((value) => Array.from(value.data));
        for (const value of values) simd.free(value);
        return Promise.resolve(found);
      },
    };
  },
};
