// Runs a case on the current backend and pairs every number with the one it should be.

import { makeProgram, type Output } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { runInstruction } from "../src/run/operations.ts";
import type { Case, DescentCase, ExpressionCase, OperationCase } from "./case.ts";
import { argumentsOf, entrywise, expectedOf } from "./reference.ts";
import { runReference } from "./reference-run.ts";
import { type Bound, planFor, type Setting, upload } from "./setting.ts";

/** Numbers that count as one check. */
export interface Check {
  /** What the number was made from, where that is a handful of numbers; else empty. */
  readonly inputs: readonly number[];
  readonly expected: readonly number[];
  readonly found: readonly number[];
}

/** The checks of a case. Leaves no tensor behind. */
export async function runCase(one: Case): Promise<Check[]> {
  switch (one.kind) {
    case "operation":
      return runOperation(one);
    case "expression":
      return runExpression(one);
    case "descent":
      return runDescent(one);
  }
}

async function runOperation(one: OperationCase): Promise<Check[]> {
  const { op, numbers, inputs } = one;
  const tensors = inputs.map(({ values, shape }) => tf.tensor(values, [...shape], "float32"));
  const instruction = { op, numbers, inputs: [], tensor: null, stage: "step", shape: [] } as const;
  const result = runInstruction(instruction, tensors, 1);
  const found = await read([result, ...tensors]);
  const expected = expectedOf(one);
  if (!one.each) return [{ inputs: [], expected, found: found[0] }];
  return expected.map((value, position) => ({
    inputs: entrywise(op) === undefined ? [] : argumentsOf(inputs, position),
    expected: [value],
    found: [found[0][position]],
  }));
}

async function runExpression({ outputs, setting }: ExpressionCase): Promise<Check[]> {
  const found = await step(outputs, setting);
  const expected = runReference(outputs, setting);
  return outputs.map(({ name }) => ({
    inputs: [],
    expected: expected.get(name)!,
    found: found.get(name)!,
  }));
}

/** The energy at every step and the state at the end: in float32, and in float64. */
async function runDescent(one: DescentCase): Promise<Check[]> {
  const found = await descend(one, (setting) => step(one.outputs, setting), Math.fround);
  const expected = await descend(
    one,
    async (setting) => runReference(one.outputs, setting),
    (x) => x,
  );
  return expected.map((values, k) => ({ inputs: [], expected: values, found: found[k] }));
}

async function descend(
  { outputs: [energy, slope], setting, steps, dt }: DescentCase,
  evaluateAt: (setting: Setting) => Promise<Map<string, number[]>>,
  round: (x: number) => number,
): Promise<number[][]> {
  const [moving, start] = [...setting.bound].find(([tensor]) => tensor.name === slope.name)!;
  let state = Array.from(start.values);
  const energies: number[][] = [];
  for (let n = 0; n < steps; n++) {
    const bound = new Map<Tensor, Bound>(setting.bound).set(moving, { ...start, values: state });
    const results = await evaluateAt({ ...setting, bound });
    energies.push(results.get(energy.name)!);
    const down = results.get(slope.name)!;
    state = state.map((x, k) => round(x - dt * down[k]));
  }
  return [...energies, state];
}

async function step(outputs: readonly Output[], setting: Setting): Promise<Map<string, number[]>> {
  const { batch = 1, time = 0.25 } = setting;
  const inputs = upload(setting);
  using program = makeProgram(planFor(outputs, setting));
  for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
  const results = program.step(inputs, { batch, time });
  tf.dispose([...inputs.values()]);
  const values = await read([...results.values()]);
  return new Map([...results.keys()].map((name, k) => [name, values[k]]));
}

/** The entries of tensors, which are disposed. On WebGPU in Node they can only be awaited. */
async function read(tensors: readonly tf.Tensor[]): Promise<number[][]> {
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose([...tensors]);
  return values.map((entries) => Array.from(entries));
}
