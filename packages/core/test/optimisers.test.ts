// Optimisers against plain float64 loops and closed forms.

import { makeProgram, OPTIMISERS, plan, simd, type Target, tensors } from "@hamlet/core";
import { get, makeDim, makeIndex, makeTensor, mul, type Tensor } from "@hamlet/graph";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";

const CURVATURE = [0.5, 2, 7];
const START = [1, -2, 0.3];

const D = makeDim("D", 3);
const i = makeIndex("i", D);

/** Values after some steps down `½ Σ cᵢ θᵢ²`, moved by one plan in place. */
function descend<Value, Given>(
  { target, make, read }: Hand<Value, Given>,
  name: string,
  settings: Readonly<Record<string, number>>,
  { steps, decays = true }: { steps: number; decays?: boolean },
): number[] {
  const { move, slots, numbers } = OPTIMISERS.get(name)!;
  const tensor = (own: string, axes = [D]) => makeTensor(own, "state", axes);
  const [value, curvature] = [tensor("value"), tensor("curvature")];
  const memory = slots.map((slot) => tensor(slot));
  const scalars = numbers(1).map((_, n) => tensor(`number ${n}`, []));
  const slope = mul(get(curvature, [i]), get(value, [i]));
  const next = move(
    {
      value: get(value, [i]),
      slope,
      slots: memory.map((slot) => get(slot, [i])),
      numbers: scalars.map((scalar) => get(scalar)),
      decays,
    },
    settings,
  );
  const outputs = [next.value, ...next.slots].map((expr, n) => ({
    name: [value, ...memory][n].name,
    value: expr,
    indices: [i],
    batched: false,
  }));
  const leaf = () => ({ stage: "step", batched: false }) as const;
  using program = makeProgram(plan(outputs, { leaf }), { target });
  program.bind("load", new Map());
  const registers = new Map(
    [value, curvature, ...memory, ...scalars].map((own) => [
      own,
      { value: make(own === value ? START : own === curvature ? CURVATURE : [0, 0, 0], own) },
    ]),
  );
  const into = new Map([value, ...memory].map((own) => [own.name, registers.get(own)!]));
  const wired = program.wire({ inputs: registers, outputs: into, batch: 1 });
  for (let step = 1; step <= steps; step++) {
    numbers(step).forEach((number, n) => {
      const register = registers.get(scalars[n])!;
      register.value = target.replace(register.value, make([number], scalars[n]));
    });
    wired.run();
  }
  const found = [...read(registers.get(value)!.value)];
  wired.dispose();
  for (const register of registers.values()) target.free(register.value);
  return found;
}

/** How a target is handed numbers, and how they are read. */
interface Hand<Value, Given> {
  readonly target: Target<Value, Given>;
  readonly make: (values: readonly number[], tensor: Tensor) => Value;
  readonly read: (value: Value) => Iterable<number>;
}

const shapeOf = ({ axes }: Tensor) => axes.map(() => 3);
const cut = (values: readonly number[], tensor: Tensor) =>
  tensor.axes.length === 0 ? values.slice(0, 1) : values;
const ON_TENSORS: Hand<tf.Tensor, tf.Tensor> = {
  target: tensors,
  make: (values, tensor) => tf.tensor([...cut(values, tensor)], shapeOf(tensor), "float32"),
  read: (value) => value.dataSync(),
};
const ON_SIMD: Hand<ReturnType<typeof simd.share>, ArrayLike<number>> = {
  target: simd,
  make: (values, tensor) => simd.input(cut(values, tensor), shapeOf(tensor), tensor),
  read: ({ data }) => data,
};

/** The same in float64. */
function reference(
  rule: (slope: number, value: number, memory: number[], step: number) => number,
  steps: number,
): number[] {
  return START.map((start, i) => {
    const memory = [0, 0];
    let value = start;
    for (let step = 1; step <= steps; step++) {
      value = rule(CURVATURE[i] * value, value, memory, step);
    }
    return value;
  });
}

const adamRule = (lr: number, decay: number) => {
  return (slope: number, value: number, memory: number[], step: number) => {
    memory[0] = 0.9 * memory[0] + 0.1 * slope;
    memory[1] = 0.999 * memory[1] + 0.001 * slope * slope;
    const mean = memory[0] / (1 - 0.9 ** step);
    const square = memory[1] / (1 - 0.999 ** step);
    return value - lr * (mean / (Math.sqrt(square) + 1e-8) + decay * value);
  };
};

describe.each([...NODE_BACKENDS, "simd"] as const)("on %s", (where) => {
  beforeEach(() => useBackend(where === "simd" ? "cpu" : where));
  const walked = (...how: [string, Record<string, number>, { steps: number; decays?: boolean }]) =>
    expectNoLeak(() => (where === "simd" ? descend(ON_SIMD, ...how) : descend(ON_TENSORS, ...how)));

  test("sgd without momentum shrinks every coordinate by 1 − lr · curvature", () => {
    const found = walked("sgd", { lr: 0.1, momentum: 0 }, { steps: 20 });
    const expected = START.map((x, i) => x * (1 - 0.1 * CURVATURE[i]) ** 20);
    expectClose(found, expected, { tolerance: 1e-4, floor: 1e-3 });
  });

  test("sgd with momentum follows the heavy ball", () => {
    const rule = (slope: number, value: number, memory: number[]) => {
      memory[0] = 0.8 * memory[0] + slope;
      return value - 0.05 * memory[0];
    };
    const found = walked("sgd", { lr: 0.05, momentum: 0.8 }, { steps: 30 });
    expectClose(found, reference(rule, 30), { tolerance: 1e-4, floor: 1e-2 });
  });

  test("adam follows its definition, and its first step is lr whatever the slope", () => {
    expectClose(walked("adam", { lr: 0.03 }, { steps: 50 }), reference(adamRule(0.03, 0), 50), {
      tolerance: 1e-4,
      floor: 1e-2,
    });
    const first = START.map((x) => x - 0.03 * Math.sign(x));
    expectClose(walked("adam", { lr: 0.03 }, { steps: 1 }), first, { tolerance: 1e-5 });
  });

  test("adamw also shrinks params, but not those that are stored unconstrained", () => {
    const settings = { lr: 0.03, decay: 0.4 };
    const found = walked("adamw", settings, { steps: 50 });
    expectClose(found, reference(adamRule(0.03, 0.4), 50), { tolerance: 1e-4, floor: 1e-2 });
    const kept = walked("adamw", settings, { steps: 50, decays: false });
    expect(kept).toEqual(walked("adam", settings, { steps: 50 }));
  });
});
