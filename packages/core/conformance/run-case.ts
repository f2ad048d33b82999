// Runs a case on an engine and pairs every number with the one it should be.

import { invariant, type Tensor } from "@hamlet/graph";
import type { Case, DescentCase, ExpressionCase, OperationCase } from "./case.ts";
import type { Engine } from "./engine.ts";
import { argumentsOf, entrywise, expectedOf } from "./reference.ts";
import { runReference } from "./reference-run.ts";
import { runExample } from "./run-example.ts";
import type { Bound, Setting } from "./setting.ts";

/** Numbers that count as one check. */
export interface Check {
  /** What the number was made from, where that is a handful of numbers; else empty. */
  readonly inputs: readonly number[];
  readonly expected: readonly number[];
  readonly found: readonly number[];
}

/** The checks of a case. Leaves nothing behind. */
export async function runCase(one: Case, engine: Engine): Promise<Check[]> {
  switch (one.kind) {
    case "operation":
      return runOperation(one, engine);
    case "expression":
      return runExpression(one, engine);
    case "descent":
      return runDescent(one, engine);
    case "example":
      return (await runExample(one, engine)).map((run) => ({ inputs: [], ...run }));
  }
}

async function runOperation(one: OperationCase, engine: Engine): Promise<Check[]> {
  const { op, inputs } = one;
  const found = await engine.operation(one);
  const expected = expectedOf(one);
  if (!one.each) return [{ inputs: [], expected, found }];
  return expected.map((value, position) => ({
    inputs: entrywise(op) === undefined ? [] : argumentsOf(inputs, position),
    expected: [value],
    found: [found[position]],
  }));
}

async function runExpression(
  { outputs, setting }: ExpressionCase,
  engine: Engine,
): Promise<Check[]> {
  const session = engine.session(outputs, setting);
  const results = session.step();
  const values = await session.read([...results.values()]);
  const found = new Map([...results.keys()].map((name, k) => [name, values[k]]));
  const expected = runReference(outputs, setting);
  return outputs.map(({ name }) => ({
    inputs: [],
    expected: expected.get(name)!,
    found: found.get(name)!,
  }));
}

/** The energy before every step and the state at the end: in float32, and in float64. */
async function runDescent(one: DescentCase, engine: Engine): Promise<Check[]> {
  const found = await descend(one, engine);
  return descendInReference(one).map((expected, k) => ({ inputs: [], expected, found: found[k] }));
}

/** All steps on the engine; nothing is read before the end. */
function descend(
  { outputs, setting, steps, dt }: DescentCase,
  engine: Engine,
): Promise<number[][]> {
  const [energy, slope] = outputs;
  const moving = movingTensor(outputs, setting);
  const session = engine.session(outputs, setting);
  const energies: unknown[] = [];
  for (let n = 0; n < steps; n++) {
    const results = session.step();
    session.move(moving, -dt, results.get(slope.name));
    energies.push(results.get(energy.name));
  }
  return session.read([...energies, session.now(moving)]);
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
