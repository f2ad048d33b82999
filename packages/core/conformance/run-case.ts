// Runs a case on the current backend and pairs every number with the one it should be.

import { makeProgram, type Output } from "@hamlet/core";
import { invariant, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { runInstruction } from "../src/run/tensors.ts";
import type { Case, DescentCase, ExpressionCase, OperationCase } from "./case.ts";
import { readTensors } from "./read-tensors.ts";
import { argumentsOf, entrywise, expectedOf } from "./reference.ts";
import { runReference } from "./reference-run.ts";
import { runExample } from "./run-example.ts";
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
    case "example":
      return (await runExample(one)).map((run) => ({ inputs: [], ...run }));
  }
}

async function runOperation(one: OperationCase): Promise<Check[]> {
  const { op, numbers, inputs } = one;
  const tensors = inputs.map(({ values, shape }) => tf.tensor(values, [...shape], "float32"));
  const instruction = { op, numbers, inputs: [], tensor: null, stage: "step", shape: [] } as const;
  const result = runInstruction(instruction, tensors, 1);
  const found = await readTensors([result, ...tensors]);
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

/** The energy before every step and the state at the end: in float32, and in float64. */
async function runDescent(one: DescentCase): Promise<Check[]> {
  const found = await descend(one);
  return descendInReference(one).map((expected, k) => ({ inputs: [], expected, found: found[k] }));
}

/** All steps on the backend; nothing is read before the end. */
async function descend({ outputs, setting, steps, dt }: DescentCase): Promise<number[][]> {
  const [energy, slope] = outputs;
  const inputs = upload(setting);
  const moving = movingTensor(outputs, setting);
  using program = makeProgram(planFor(outputs, setting));
  for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
  const energies: tf.Tensor[] = [];
  for (let n = 0; n < steps; n++) {
    const results = program.step(inputs, { batch: setting.batch ?? 1 });
    const state = inputs.get(moving)!;
    const down = results.get(slope.name)!;
    inputs.set(
      moving,
      tf.tidy(() => tf.sub(state, tf.mul(down, dt))),
    );
    tf.dispose([state, down]);
    energies.push(results.get(energy.name)!);
  }
  const last = tf.clone(inputs.get(moving)!);
  tf.dispose([...inputs.values()]);
  return readTensors([...energies, last]);
}

function descendInReference({ outputs, setting, steps, dt }: DescentCase): number[][] {
  const [energy, slope] = outputs;
  const moving = movingTensor(outputs, setting);
  const start = setting.bound.get(moving)!;
  let state = Array.from(start.values);
  const energies: number[][] = [];
  for (let n = 0; n < steps; n++) {
    const bound = new Map<Tensor, Bound>(setting.bound).set(moving, { ...start, values: state });
    const results = runReference(outputs, { ...setting, bound });
    energies.push(results.get(energy.name)!);
    const down = results.get(slope.name)!;
    state = state.map((x, k) => x - dt * down[k]);
  }
  return [...energies, state];
}

/** The slope has the name of the tensor that moves. */
function movingTensor([, slope]: DescentCase["outputs"], { bound }: Setting): Tensor {
  const found = [...bound.keys()].find(({ name }) => name === slope.name);
  invariant(found !== undefined, "a descent moves one of its tensors");
  return found;
}

async function step(outputs: readonly Output[], setting: Setting): Promise<Map<string, number[]>> {
  const { batch = 1, time = 0.25 } = setting;
  const inputs = upload(setting);
  using program = makeProgram(planFor(outputs, setting));
  for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
  const results = program.step(inputs, { batch, time });
  tf.dispose([...inputs.values()]);
  const values = await readTensors([...results.values()]);
  return new Map([...results.keys()].map((name, k) => [name, values[k]]));
}
