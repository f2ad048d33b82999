// Recalls some examples of a batch, in a thread of its own.

import { setTimeout as pause } from "node:timers/promises";
import type { SourceFile } from "@hamlet/dsl";
import { givensOf, type Recall } from "@hamlet/graph";
import type { Among, Outcome, RecallEngine } from "@hamlet/ham";
import type { Model, ModelRecallResult } from "@hamlet/model";
import type * as tf from "@tensorflow/tfjs-core";
import { openModel } from "../files/open-model.ts";
import type { ModelFlags } from "../options.ts";
import { doJobs } from "../threads/thread.ts";

/** What all threads recall. */
export interface Batch {
  readonly path: string;
  readonly source: SourceFile;
  readonly flags: ModelFlags;
  readonly recall: string;
  readonly engine: RecallEngine | null;
  readonly recordFlips: boolean;
  /** Its examples. */
  readonly of: number;
  /** Shared: of every part the last step after which some of it moved, and the one at which it ended; −1 before. */
  readonly steps: Int32Array;
}

/** Examples of it; `part` counts the parts. */
export interface BatchJob {
  readonly part: number;
  readonly from: number;
  readonly to: number;
}

/** What became of them; layers by their names. */
export interface BatchPart {
  readonly engine: RecallEngine;
  readonly states: ReadonlyMap<string, LayerPart>;
  readonly activations: ReadonlyMap<string, LayerPart>;
  readonly energies: readonly Float64Array[];
  readonly energySteps: readonly number[];
  readonly outcomes: readonly Outcome[];
  readonly trajectories: ReadonlyMap<string, LayerPart & { readonly steps: readonly number[] }>;
  /** Where they were kept; layers as they are in the thread, with their names. */
  readonly flips: ModelRecallResult["flips"];
}

/** A tensor on its way. */
export interface LayerPart {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface Recalled {
  readonly job: BatchJob;
  readonly answer: BatchPart;
  readonly data: Batch;
}

doJobs<Recalled>(async ({ part, from, to }, { data, signal, onProgress }) => {
  const { path, source, flags, of, engine, recordFlips, steps } = data;
  using model = await openModel(path, flags, { source, quiet: true });
  const recall = model.recallNamed(data.recall);
  const among = { from, of, lastStep: lastStepOf(steps, part, signal) };
  let told = 0;
  using result = await model.recall({
    recall: recall.name,
    givens: rowsOf(model, recall, { from, to, of }),
    batch: to - from,
    ...(engine === null ? {} : { engine }),
    ...(recordFlips ? { recordFlips } : {}),
    among,
    signal,
    onProgress: ({ done, of: most }) => {
      if (performance.now() - told < TELL_EVERY) return;
      told = performance.now();
      onProgress(done / most);
    },
  });
  const { energies, energySteps, outcomes, flips } = result;
  const trajectories = new Map<string, LayerPart & { steps: readonly number[] }>();
  for (const [{ name }, { steps: kept, activations }] of result.trajectories) {
    trajectories.set(name, { steps: kept, ...(await read(activations)) });
  }
  return {
    engine: result.engine,
    states: await layersOf(result.states),
    activations: await layersOf(result.activations),
    energies,
    energySteps,
    outcomes,
    trajectories,
    flips,
  };
});

/** Milliseconds between two reports of how far it is. */
const TELL_EVERY = 100;
/** Milliseconds between two looks at the other parts, once this one has ended. */
const LOOK = 1;

/** See `Among`: parts tell each other by shared numbers. A part that moves waits for nobody. */
function lastStepOf(
  steps: Int32Array,
  part: number,
  signal: { readonly aborted: boolean },
): Among["lastStep"] {
  const [moved, end] = [2 * part, 2 * part + 1];
  const parts = Array.from({ length: steps.length / 2 }, (_, i) => i);
  return (step, ended) => {
    if (ended === null) {
      Atomics.store(steps, moved, step);
      return null;
    }
    Atomics.compareExchange(steps, end, -1, ended);
    return (async () => {
      for (;;) {
        const ends = parts.map((one) => Atomics.load(steps, 2 * one + 1));
        if (ends.every((one) => one >= 0)) {
          const last = Math.max(...ends);
          return last > step ? null : last;
        }
        // The next turn of the recall says that it was stopped.
        if (signal.aborted || parts.some((one) => Atomics.load(steps, 2 * one) >= step))
          return null;
        await pause(LOOK);
      }
    })();
  };
}

/** The rows of these examples, of every given that the recall reads. */
function rowsOf(
  model: Model,
  recall: Recall,
  { from, to, of }: { readonly from: number; readonly to: number; readonly of: number },
) {
  const givens = [...givensOf(model.graph, recall)];
  return Object.fromEntries(
    givens.map(({ name, axes }) => {
      const { data } = model.entries(name);
      const row = data.length / of;
      const shape = [to - from, ...axes.map((dim) => model.sizes.get(dim)!)];
      return [name, { shape, data: Float32Array.from(data.subarray(from * row, to * row)) }];
    }),
  );
}

async function layersOf(layers: ModelRecallResult["states"]): Promise<Map<string, LayerPart>> {
  const found = new Map<string, LayerPart>();
  for (const [{ name }, tensor] of layers) found.set(name, await read(tensor));
  return found;
}

async function read(tensor: tf.Tensor): Promise<LayerPart> {
  return { shape: tensor.shape, data: new Float32Array(await tensor.data()) };
}
