// The recall block of a text, run as `ham run` runs it: its solver, clamps, start and schedules, with the
// points of the picture as its data and the ball as what it is given.

import { key, type Signal, writeNpy } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import { printText } from "@hamlet/graph";
import type { Ending, Entries, RecallEngine } from "@hamlet/ham";
import { loadModel, type Model } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { loadBackend } from "./backend.ts";
import { type Learning, learning, type Study } from "./learning.ts";
import { LONGEST_WAY } from "./limits.ts";
import type { Point } from "./scene.ts";

export { marksOf } from "./marks.ts";

/** What a layer shows of itself to the others, in every moment of a recall and where it ended. */
export interface Shown {
  readonly name: string;
  readonly shape: readonly number[];
  readonly moments: readonly Float32Array[];
  readonly end: Float32Array;
}

/** Of so many numbers moments are kept; of more, every other one, and so on. */
const MOST_NUMBERS = 500_000;

/** Where a recall went, and how it ended. */
export interface Recalled {
  readonly name: string;
  /** The solver with its settings. */
  readonly solver: string;
  readonly engine: RecallEngine;
  /** After how many steps each moment was, from the start on; {@link LONGEST_WAY} moments at most. */
  readonly momentSteps: readonly number[];
  /** The states of these moments; empty where the model has no plane. */
  readonly way: readonly Point[];
  /** The energies of these moments, as the recall computed them; also without a plane. */
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
 * Runs the first recall of a text, which learns first what its `train` block says; yields between its steps,
 * so that others have their turn, and how far it has learned.
 * @param plane - whether the model has one, so that its states are a way in it.
 */
export async function* recalled(
  text: string,
  {
    entries,
    plane,
    study,
  }: { readonly entries: Open; readonly plane: boolean; readonly study: Study },
  signal: Signal | undefined,
): AsyncGenerator<Learning | undefined, Recalled> {
  const model = await open(text, entries);
  try {
    if (learns(text)) yield* learning(model, study, signal);
    const [neuron] = model.graph.neurons;
    const result = await model.recall(signal && { signal });
    const { ending, steps, energyAfter } = result.outcomes[0];
    const { engine } = result;
    const end = await result.states.get(neuron)!.data();
    const ends = await Promise.all(
      model.graph.neurons.map((layer) => result.activations.get(layer)!.data()),
    );
    result.dispose();
    const shapes = model.graph.neurons.map(({ axes }) => axes.map((dim) => model.sizes.get(dim)!));
    const counts = shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
    const inOne = counts.reduce((a, b) => a + b, 0);
    let moments: Moment[] = [];
    let [every, seen] = [1, 0];
    for (const moment of momentsOf(model, entries, counts)) {
      if (seen++ % every === 0) moments.push(moment);
      if (moment.step >= steps || moments.length >= LONGEST_WAY) break;
      if (moments.length * inOne > MOST_NUMBERS && moments.length > 2) {
        moments = moments.filter((_, k) => k % 2 === 0);
        every *= 2;
      }
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
      momentSteps: moments.map(({ step }) => step),
      way: plane ? moments.map(({ at }) => at) : [],
      energies: moments.map(({ energy }) => energy),
      layers: model.graph.neurons.map((layer, k) => ({
        name: layer.name,
        shape: shapes[k],
        moments: moments.map(({ activations }) => activations[k]),
        end: firstOf(ends[k], counts[k]),
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
function firstOf(values: ArrayLike<number>, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => values[i]);
}

/** Whether a text learns before it recalls. */
export function learns(text: string): boolean {
  return /^\s*train\b/m.test(text);
}

/** A model of the text; the caller disposes it. */
export async function open(text: string, entries: Open): Promise<Model> {
  await loadBackend(learns(text));
  const arrays = new Map([...entries].map(([tensor, array]) => [tensor.name, array]));
  return loadModel(
    { name: "memory.ham", text },
    {
      data: Object.fromEntries([...arrays.keys()].map((name) => [name, `${name}.npy`])),
      files: {
        read: (path) => Promise.resolve(npyOf(arrays.get(path.replace(/\.npy$/, ""))!)),
      },
    },
  );
}

/** One moment of a recall. */
interface Moment {
  readonly step: number;
  /** The first two states of the first layer. */
  readonly at: Point;
  readonly energy: number;
  /** What every layer shows of itself. */
  readonly activations: readonly Float32Array[];
}

/** The same recall again, moment by moment; `counts` are the units of its layers. */
function* momentsOf(model: Model, entries: Open, counts: readonly number[]): Generator<Moment> {
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
    for (const { step, states, energy, activations } of compiled.descend({
      givens,
      key: key(model.seed),
    })) {
      const [x, y] = states.get(graph.neurons[0])!.dataSync();
      yield {
        step,
        at: [x, y],
        energy: energy.dataSync()[0],
        activations: graph.neurons.map((layer, k) =>
          firstOf(activations.get(layer)!.dataSync(), counts[k]),
        ),
      };
    }
  } finally {
    compiled.dispose();
    tf.dispose([...givens.values()]);
  }
}

/** Entries as a file. */
export function npyOf({ shape, data }: Entries): Uint8Array {
  return writeNpy({ dtype: "float32", shape: [...shape], data: Float32Array.from(data) });
}
