// Runs an example on the current backend: its energy, its velocities, or some steps downhill.

import { makeProgram, type Output } from "@hamlet/core";
import { inStates, totalEnergy, velocities } from "@hamlet/graph";
import { EXAMPLE_STEPS, type ExampleModel } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import type { ExampleCase } from "./case.ts";
import { readTensors } from "./read-tensors.ts";
import { planFor, type Setting, STAGE_OF, upload } from "./setting.ts";

/** What was asked for as the file has it, and as the backend gives it. */
export interface ExampleRun {
  readonly expected: readonly number[];
  readonly found: readonly number[];
}

/** One run for the energy; one a layer for velocities and states. Leaves no tensor behind. */
export async function runExample({ asks, model }: ExampleCase): Promise<ExampleRun[]> {
  const { expected } = model;
  if (asks === "energy") {
    const [found] = await readTensors([...follow(model, [energyOf(model)], 0).values()]);
    return [{ expected: expected.energy, found }];
  }
  const results = follow(model, velocitiesOf(model), asks === "states" ? EXAMPLE_STEPS : 0);
  const found = await readTensors([...results.values()]);
  return [...results.keys()].map((name, k) => ({
    expected: expected[asks]![name],
    found: found[k],
  }));
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
function follow(
  model: ExampleModel,
  outputs: readonly Output[],
  steps: number,
): Map<string, tf.Tensor> {
  const { batch, dt, entries, graph } = model;
  const setting: Setting = {
    batch,
    bound: new Map(
      [...entries].map(([tensor, { batched, values }]) => [
        tensor,
        { stage: STAGE_OF[tensor.kind], batched, values },
      ]),
    ),
  };
  const inputs = upload(setting);
  using program = makeProgram(planFor(outputs, setting));
  for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
  const results = () => program.step(inputs, { batch, time: 0 });
  if (steps === 0) {
    const found = results();
    tf.dispose([...inputs.values()]);
    return found;
  }
  for (let step = 0; step < steps; step++) {
    const speeds = results();
    for (const { name, state } of graph.neurons) {
      const [before, speed] = [inputs.get(state)!, speeds.get(name)!];
      inputs.set(
        state,
        tf.tidy(() => tf.add(before, tf.mul(speed, dt))),
      );
      tf.dispose([before, speed]);
    }
  }
  const last = new Map(graph.neurons.map(({ name, state }) => [name, inputs.get(state)!.clone()]));
  tf.dispose([...inputs.values()]);
  return last;
}
