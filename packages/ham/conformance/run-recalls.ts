// Runs the recalls of the examples on the current backend.

import type { Inputs } from "@hamlet/core";
import { lit, type Neuron, sizeOfDim, type Tensor } from "@hamlet/graph";
import {
  type Ending,
  type RecallEngine,
  makeRecall,
  type RecallSetup,
  type RecallStep,
} from "@hamlet/ham";
import { EXAMPLE_STEPS, type ExampleModel } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { EVERYTHING as ALL } from "../../core/conformance/choice.ts";
import { readTensors } from "../../core/conformance/read-tensors.ts";
import { chosenRecalls, flips, type RecallCase, type Some } from "./recall-case.ts";

/** What a backend makes of a recall. Layers are in the order of the graph. */
export interface RecallRun {
  readonly name: string;
  /** The states of every layer at the start and after every step, nothing stopping early. */
  readonly path: readonly (readonly number[][])[];
  /** The energies of the examples at the start and after every step, each until it stops. */
  readonly energies: readonly (readonly number[])[];
  /** The activations of every layer where the examples stopped. */
  readonly activations: readonly (readonly number[])[];
  readonly endings: readonly { readonly ending: Ending; readonly steps: number }[];
  /** Tensors that were not there before. */
  readonly left: number;
}

const EVERYTHING: Some = { ...ALL, steps: EXAMPLE_STEPS };

/** The chosen recalls, by default all, on an engine; the backend is already current. */
export async function runRecalls(
  some: Some = EVERYTHING,
  engine: RecallEngine = "tensors",
  only?: string,
): Promise<RecallRun[]> {
  const runs: RecallRun[] = [];
  for (const one of chosenRecalls(some)) {
    if (only !== undefined && one.name !== only) continue;
    const before = tf.memory().numTensors;
    const uploaded = upload(one.model);
    const run = await runRecall(one, uploaded, some.steps, engine);
    tf.dispose([...uploaded.values()]);
    runs.push({ ...run, left: tf.memory().numTensors - before });
  }
  return runs;
}

async function runRecall(
  { name, model, recall }: RecallCase,
  uploaded: Inputs,
  last: number,
  engine: RecallEngine,
): Promise<Omit<RecallRun, "left">> {
  const pick = (given: boolean) =>
    new Map([...uploaded].filter(([{ kind }]) => (kind === "given") === given));
  const setup: RecallSetup = {
    sizes: new Map(),
    values: pick(false),
    numbers: new Map([...model.entries].map(([tensor, { values }]) => [tensor, values])),
    engine,
  };
  const options = { givens: pick(true), batch: model.batch };
  const upTo = (steps: number) => makeRecall(model.graph, { ...recall, steps: lit(steps) }, setup);
  using compiled = upTo(last);
  const path: number[][][] = [];
  for (const layers of clones(compiled.descend(options))) path.push(await readTensors(layers));
  if (flips(model.graph)) {
    // Its moments are whole sweeps, so single flips are seen by stopping after each.
    path.length = 1;
    for (let steps = 1; steps <= last; steps++) {
      using shorter = upTo(steps);
      using result = await shorter.run(options);
      path.push(await readTensors(cloned(result.states)));
    }
  }
  using result = await compiled.run(options);
  return {
    name,
    path,
    energies: result.energies.map((energy) => [...energy]),
    activations: await readTensors(cloned(result.activations)),
    endings: result.outcomes.map(({ ending, steps }) => ({ ending, steps })),
  };
}

/** The states of every moment; nothing is read before the descent is over. */
function clones(moments: Iterable<RecallStep>): tf.Tensor[][] {
  return Array.from(moments, ({ states }) => cloned(states));
}

function cloned(layers: ReadonlyMap<Neuron, tf.Tensor>): tf.Tensor[] {
  return [...layers.values()].map((layer) => layer.clone());
}

/** The entries of a model but for the states, which the recall makes itself. */
function upload({ batch, entries }: ExampleModel): Map<Tensor, tf.Tensor> {
  return new Map(
    [...entries]
      .filter(([{ kind }]) => kind !== "state")
      .map(([tensor, { batched, values }]) => {
        const shape = tensor.axes.map((dim) => sizeOfDim(dim));
        const data = Float32Array.from(values);
        return [tensor, tf.tensor(data, batched ? [batch, ...shape] : shape, "float32")];
      }),
  );
}
