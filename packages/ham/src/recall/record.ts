// What a recall keeps on its way: by request, thinned, and never by default.

import type { EnergyGraph, Neuron, Recall } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { Thinned } from "./thinned.ts";

/**
 * How many numbers a recall keeps of its energies, and of the activations of one layer: 8 bytes each
 * of the first and 4 of the second. Beyond, every second entry is dropped, and from there on half as
 * many are kept, again and again.
 */
export const LARGEST_RECORD = { energies: 2 ** 22, activations: 2 ** 26 };

/** The activations of one layer along a recall. */
export interface Trajectory {
  /**
   * When they were kept: the start, every so many steps as the recall says, and the end. Those of a
   * long recall are thinned: at most {@link LARGEST_RECORD} numbers are kept.
   */
  readonly steps: readonly number[];
  /** `[T, B, …axes]`, one slice a step of {@link steps}. */
  readonly activations: tf.Tensor;
}

/** After how many steps the energy is kept: as the recall says, else `fallback`. */
export function recordEvery(recall: Recall, fallback: number): number {
  return recall.record.find(({ name }) => name === "energy")?.every ?? fallback;
}

/** A record of the energies of `batch` examples. */
export function energyRecord(every: number, batch: number): Thinned<Float64Array> {
  return new Thinned(every, Math.floor(LARGEST_RECORD.energies / Math.max(1, batch)));
}

/** Collects trajectories. It owns what it keeps until `finish` hands it out. */
export class TrajectoryRecorder {
  /** After how many steps something is kept, layer by layer. */
  readonly every: readonly number[];
  readonly #layers: readonly {
    readonly neuron: Neuron;
    readonly record: Thinned<tf.Tensor>;
  }[];

  /** `counts` is the number of entries of a layer in the whole batch. */
  constructor({ neurons }: EnergyGraph, { record }: Recall, counts: (neuron: Neuron) => number) {
    const asked = neurons.flatMap((neuron) => {
      const found = record.find(({ name }) => name === neuron.name);
      return found === undefined ? [] : [{ neuron, every: found.every }];
    });
    this.#layers = asked.map(({ neuron, every }) => {
      const limit = Math.floor(LARGEST_RECORD.activations / Math.max(1, counts(neuron)));
      return { neuron, record: new Thinned(every, limit, (entry) => entry.dispose()) };
    });
    this.every = asked.map(({ every }) => every);
  }

  /** One step; `fresh` makes a tensor that the recorder then owns. */
  keep(step: number, last: boolean, fresh: (neuron: Neuron) => tf.Tensor): void {
    for (const { neuron, record } of this.#layers) record.add(step, last, () => fresh(neuron));
  }

  /** Everything that was kept, for the caller to dispose. */
  finish(): Map<Neuron, Trajectory> {
    if (this.#layers.length === 0) return new Map();
    const paths = tf.tidy(() => this.#layers.map(({ record }) => tf.stack(record.kept)));
    this.dispose();
    return new Map(
      this.#layers.map(({ neuron, record: { steps } }, i) => [
        neuron,
        { steps, activations: paths[i] },
      ]),
    );
  }

  /** Drops what was not handed out. */
  dispose(): void {
    for (const { record } of this.#layers) tf.dispose(record.kept.splice(0));
  }
}
