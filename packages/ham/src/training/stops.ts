// When each example of a recall stops.

import type { Recall } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import type { RecallSetup } from "../recall/recall.ts";
import { makeStop, type Reached } from "../recall/stop.ts";
import type { Layers } from "./layers.ts";
import type { Flow } from "./flow.ts";

/** An example that still moves. */
const MOVES = -1;

/** Watches a recall with a `stop when`. Owns the activations of the last step. */
export class Stops {
  /** For every example the number of steps after which it stopped; below 0 while it moves. */
  readonly steps: Int32Array;
  readonly #flow: Flow;
  readonly #stops: (reached: Reached) => boolean;
  #seen: Layers;

  /** `states` are those of the start. */
  constructor(flow: Flow, recall: Recall, setup: RecallSetup, states: Layers) {
    this.#flow = flow;
    this.#stops = makeStop(recall, setup);
    this.steps = new Int32Array(flow.batch).fill(MOVES);
    const { activations, energy } = flow.watch(states, 0);
    energy.dispose();
    this.#seen = activations;
  }

  get all(): boolean {
    return !this.steps.includes(MOVES);
  }

  /** Notes which examples stop after `step` steps, at `states` and at a time of the schedule. */
  async note(states: Layers, step: number, time: number): Promise<void> {
    const { activations, energy } = this.#flow.watch(states, time);
    const before = this.#seen;
    this.#seen = activations;
    const numbers = tf.tidy(() => {
      const changes = activations.map((layer, i) =>
        tf.max(tf.reshape(tf.abs(tf.sub(layer, before[i])), [layer.shape[0], -1]), 1),
      );
      return tf.stack([energy, changes.reduce((a, b) => tf.maximum(a, b))]);
    });
    tf.dispose([...before, energy]);
    const data = await numbers.data();
    numbers.dispose();
    this.steps.forEach((made, b) => {
      const reached = { step, energy: data[b], change: data[this.steps.length + b] };
      if (made === MOVES && this.#stops(reached)) this.steps[b] = step;
    });
  }

  dispose(): void {
    tf.dispose([...this.#seen]);
  }
}

/** 1 for examples that make a step, 0 for those that have stopped; null when all do. */
export function movesAt(step: number, stops: Stops | null): tf.Tensor1D | null {
  const moves = stops?.steps.map((made) => Number(made === MOVES || made > step));
  return moves === undefined || !moves.includes(0) ? null : tf.tensor1d(new Float32Array(moves));
}
