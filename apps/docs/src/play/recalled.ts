// The recall block of a text, run as `ham run` runs it: its solver, clamps, start and schedules, with the
// points of the picture as its data and the ball as what it is given.

import { key, type Signal, writeNpy } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import { printText } from "@hamlet/graph";
import type { Ending, Entries, RecallEngine } from "@hamlet/ham";
import { loadModel, type Model } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { loadBackend } from "./backend.ts";
import { LONGEST_WAY } from "./limits.ts";
import type { Point } from "./scene.ts";

/** What a layer shows of itself to the others, where a recall began and where it ended. */
export interface Shown {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
}

/** Where a recall went, and how it ended. */
export interface Recalled {
  readonly name: string;
  /** The solver with its settings. */
  readonly solver: string;
  readonly engine: RecallEngine;
  /** The states from the start on, {@link LONGEST_WAY} at most; empty where the model has no plane. */
  readonly way: readonly Point[];
  /** The energies of the same states, as the recall computed them; also without a plane. */
  readonly energies: readonly number[];
  readonly layers: readonly Shown[];
  readonly ending: Ending;
  /** Where it ended, in its first two units, and its energy there. */
  readonly at: Point;
  readonly energy: number;
  readonly steps: number;
}

/** What a recall is given: the entries of what the text leaves open. */
type Open = ReadonlyMap<Tensor, Entries>;

/**
 * Runs the first recall of a text; yields between its steps, so that others have their turn.
 * @param plane - whether the model has one, so that its states are a way in it.
 */
export async function* recalled(
  text: string,
  { entries, plane }: { readonly entries: Open; readonly plane: boolean },
  signal: Signal | undefined,
): AsyncGenerator<undefined, Recalled> {
  const model = await open(text, entries);
  try {
    const [neuron] = model.graph.neurons;
    const result = await model.recall(signal && { signal });
    const { ending, steps, energyAfter } = result.outcomes[0];
    const { engine } = result;
    const end = await result.states.get(neuron)!.data();
    const ends = await Promise.all(
      model.graph.neurons.map((layer) => result.activations.get(layer)!.data()),
    );
    result.dispose();
    const way: Point[] = [];
    const energies: number[] = [];
    let starts: readonly ArrayLike<number>[] = [];
    for (const { state, energy, activations } of momentsOf(model, entries)) {
      if (plane) way.push([state[0], state[1]]);
      if (energies.length === 0) starts = activations();
      energies.push(energy);
      if (energies.length > steps || energies.length >= LONGEST_WAY) break;
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
      energies,
      layers: model.graph.neurons.map((layer, k) => ({
        name: layer.name,
        ...firstExample(
          layer.axes.map((dim) => model.sizes.get(dim)!),
          { start: starts[k], end: ends[k] },
        ),
      })),
      ending,
      at: [end[0], end[1]],
      energy: energyAfter,
      steps,
    };
  } finally {
    model.dispose();
  }
}

/** The entries of one example, where there may be many. */
function firstExample(
  shape: readonly number[],
  { start, end }: Pick<Shown, "start" | "end">,
): Omit<Shown, "name"> {
  const count = shape.reduce((a, b) => a * b, 1);
  const first = (values: ArrayLike<number>) =>
    Float32Array.from({ length: count }, (_, i) => values[i]);
  return { shape, start: first(start), end: first(end) };
}

/** A model of the text, which has learned what its first `train` block says; the caller disposes it. */
export async function open(text: string, entries: Open): Promise<Model> {
  const learns = /^\s*train\b/m.test(text);
  await loadBackend(learns);
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
  if (!learns) return model;
  try {
    const learned = await model.train();
    learned.dispose();
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** One moment of a recall. */
interface Moment {
  /** The state of the first layer. */
  readonly state: ArrayLike<number>;
  readonly energy: number;
  readonly activations: () => ArrayLike<number>[];
}

/** The same recall again, moment by moment. */
function* momentsOf(model: Model, entries: Open): Generator<Moment> {
  const { graph } = model;
  const given = new Map([...entries].map(([tensor, array]) => [tensor.name, array]));
  const givens = new Map(
    graph.tensors
      .filter(({ kind }) => kind === "given")
      .map((tensor) => {
        const { data, shape } = given.get(tensor.name) ?? model.entries(tensor.name);
        return [tensor, tf.tensor(data, [...shape], "float32")];
      }),
  );
  const compiled = model.compileRecall();
  try {
    for (const { states, energy, activations } of compiled.descend({
      givens,
      key: key(model.seed),
    })) {
      yield {
        state: states.get(graph.neurons[0])!.dataSync(),
        energy: energy.dataSync()[0],
        activations: () => graph.neurons.map((layer) => activations.get(layer)!.dataSync().slice()),
      };
    }
  } finally {
    compiled.dispose();
    tf.dispose([...givens.values()]);
  }
}

function npyOf({ shape, data }: Entries): Uint8Array {
  return writeNpy({ dtype: "float32", shape: [...shape], data: Float32Array.from(data) });
}
