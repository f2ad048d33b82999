// What a recall keeps on its way: by request, thinned, and never by default.

import type { EnergyGraph, Neuron, Recall } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** The activations of one layer along a recall. */
export interface Trajectory {
  /** When they were kept: the start, every so many steps as the recall says, and the end. */
  readonly steps: readonly number[];
  /** `[T, B, …axes]`, one slice a step of {@link steps}. */
  readonly activations: tf.Tensor;
}

/** After how many steps the energy is kept: as the recall says, else `fallback`. */
export function recordEvery(recall: Recall, fallback: number): number {
  return recall.record.find(({ name }) => name === "energy")?.every ?? fallback;
}

/** Collects trajectories. It owns what it keeps until `finish` hands it out. */
export class TrajectoryRecorder {
  /** After how many steps something is kept, layer by layer. */
  readonly every: readonly number[];
  readonly #layers: readonly {
    readonly neuron: Neuron;
    readonly every: number;
    readonly steps: number[];
    readonly kept: tf.Tensor[];
  }[];

  constructor({ neurons }: EnergyGraph, { record }: Recall) {
    this.#layers = neurons.flatMap((neuron) => {
      const asked = record.find(({ name }) => name === neuron.name);
      return asked === undefined ? [] : [{ neuron, every: asked.every, steps: [], kept: [] }];
    });
    this.every = this.#layers.map(({ every }) => every);
  }

  /** One step; `fresh` makes a tensor that the recorder then owns. */
  keep(step: number, last: boolean, fresh: (neuron: Neuron) => tf.Tensor): void {
    for (const { neuron, every, steps, kept } of this.#layers) {
      if (!last && step % every !== 0) continue;
      steps.push(step);
      kept.push(fresh(neuron));
    }
  }

  /** Everything that was kept, for the caller to dispose. */
  finish(): Map<Neuron, Trajectory> {
    const paths = tf.tidy(() => this.#layers.map(({ kept }) => tf.stack(kept)));
    this.dispose();
    return new Map(
      this.#layers.map(({ neuron, steps }, i) => [neuron, { steps, activations: paths[i] }]),
    );
  }

  /** Drops what was not handed out. */
  dispose(): void {
    for (const { kept } of this.#layers) tf.dispose(kept.splice(0));
  }
}
