// Runs an example on an engine: its energy, its velocities, or some steps downhill.

import type { Output } from "@hamlet/core";
import { inStates, totalEnergy, velocities } from "@hamlet/graph";
import { EXAMPLE_STEPS, type ExampleModel } from "@hamlet/testing";
import type { ExampleCase } from "./case.ts";
import type { Engine } from "./engine.ts";
import { type Setting, STAGE_OF } from "./setting.ts";

/** What was asked for as the file has it, and as the engine gives it. */
export interface ExampleRun {
  readonly expected: readonly number[];
  readonly found: readonly number[];
}

/** One run for the energy; one a layer for velocities and states. Leaves nothing behind. */
export async function runExample(
  { asks, model }: ExampleCase,
  engine: Engine,
): Promise<ExampleRun[]> {
  const { expected } = model;
  if (asks === "energy") {
    const [found] = (await follow(model, [energyOf(model)], 0, engine)).values();
    return [{ expected: expected.energy, found }];
  }
  const steps = asks === "states" ? EXAMPLE_STEPS : 0;
  const results = await follow(model, velocitiesOf(model), steps, engine);
  return [...results].map(([name, found]) => ({ expected: expected[asks]![name], found }));
}

function energyOf({ graph }: ExampleModel): Output {
  const value = inStates(graph, totalEnergy(graph));
  return { name: "energy", value, indices: [], batched: true };
}

function velocitiesOf({ graph }: ExampleModel): Output[] {
  return [...velocities(graph)].map(([{ name }, { indices, value }]) => ({
    name,
    value: inStates(graph, value),
    indices,
    batched: true,
  }));
}

/** The outputs at the start or, where they are velocities, the states after some steps. */
async function follow(
  { batch, dt, entries, graph }: ExampleModel,
  outputs: readonly Output[],
  steps: number,
  engine: Engine,
): Promise<Map<string, number[]>> {
  const setting: Setting = {
    batch,
    bound: new Map(
      [...entries].map(([tensor, { batched, values }]) => [
        tensor,
        { stage: STAGE_OF[tensor.kind], batched, values },
      ]),
    ),
  };
  const session = engine.session(outputs, setting);
  for (let step = 0; step < steps; step++) {
    const speeds = session.step(0);
    for (const { name, state } of graph.neurons) session.move(state, dt, speeds.get(name));
  }
  const last =
    steps === 0
      ? session.step(0)
      : new Map(graph.neurons.map(({ name, state }) => [name, session.now(state)]));
  const found = await session.read([...last.values()]);
  return new Map([...last.keys()].map((name, k) => [name, found[k]]));
}
