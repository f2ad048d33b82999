// The recall block of a text, run as `ham run` runs it: its solver, clamps, start and schedules, with the
// points of the picture as its data and the ball as what it is given.

import { key, type Signal, writeNpy } from "@hamlet/core";
import type { Neuron, Tensor } from "@hamlet/graph";
import { printText } from "@hamlet/graph";
import type { Ending, Entries, RecallEngine } from "@hamlet/ham";
import { loadModel, type Model } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { loadBackend } from "./backend.ts";
import { LONGEST_WAY } from "./limits.ts";
import type { Point } from "./scene.ts";

/** Where a recall went, and how it ended. */
export interface Recalled {
  readonly name: string;
  /** The solver with its settings. */
  readonly solver: string;
  readonly engine: RecallEngine;
  /** The states from the start on, {@link LONGEST_WAY} at most. */
  readonly way: readonly Point[];
  readonly ending: Ending;
  /** Where it ended, and its energy there. */
  readonly at: Point;
  readonly energy: number;
  readonly steps: number;
}

/** Runs the first recall of a text; yields between its steps, so that others have their turn. */
export async function* recalled(
  text: string,
  entries: ReadonlyMap<Tensor, Entries>,
  signal: Signal | undefined,
): AsyncGenerator<undefined, Recalled> {
  await loadBackend();
  const arrays = new Map([...entries].map(([tensor, array]) => [tensor.name, array]));
  const model = await loadModel(
    { name: "memory.ham", text },
    {
      data: Object.fromEntries([...arrays.keys()].map((name) => [name, `${name}.npy`])),
      files: {
        read: (path) => Promise.resolve(npyOf(arrays.get(path.replace(/\.npy$/, ""))!)),
      },
    },
  );
  try {
    const [neuron] = model.graph.neurons;
    const result = await model.recall(signal && { signal });
    const { ending, steps, energyAfter } = result.outcomes[0];
    const { engine } = result;
    const end = await result.states.get(neuron)!.data();
    result.dispose();
    const way: Point[] = [];
    for (const state of statesOf(model, neuron, arrays)) {
      way.push(state);
      if (way.length > steps || way.length >= LONGEST_WAY) break;
      yield;
    }
    const { name, solver } = model.recallNamed();
    const settings = [...solver.options].map(
      ([option, value]) => `${option} = ${printText(value)}`,
    );
    return {
      name,
      solver: settings.length === 0 ? solver.name : `${solver.name}(${settings.join(", ")})`,
      engine,
      way,
      ending,
      at: [end[0], end[1]],
      energy: energyAfter,
      steps,
    };
  } finally {
    model.dispose();
  }
}

/** The same recall again, state by state. */
function* statesOf(
  model: Model,
  neuron: Neuron,
  arrays: ReadonlyMap<string, Entries>,
): Generator<Point> {
  const givens = new Map(
    model.graph.tensors
      .filter(({ kind }) => kind === "given")
      .map((tensor) => {
        const { data, shape } = arrays.get(tensor.name)!;
        return [tensor, tf.tensor(data, [...shape], "float32")];
      }),
  );
  const compiled = model.compileRecall();
  try {
    for (const { states } of compiled.descend({ givens, key: key(model.seed) })) {
      const [x, y] = states.get(neuron)!.dataSync();
      yield [x, y];
    }
  } finally {
    compiled.dispose();
    tf.dispose([...givens.values()]);
  }
}

function npyOf({ shape, data }: Entries): Uint8Array {
  return writeNpy({ dtype: "float32", shape: [...shape], data: Float32Array.from(data) });
}
