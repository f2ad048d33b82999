// The states around the step at which a number was not finite any more, example by example.

import * as tf from "@tensorflow/tfjs-core";
import type { OutcomeTracker } from "./outcome.ts";

/** Two states of one example, layer by layer. */
interface Failure {
  readonly step: number;
  readonly before: readonly Float32Array[];
  readonly after: readonly Float32Array[];
}

/** Remembers the last states, and keeps those of examples that fail. */
export class Failures {
  readonly #kept = new Map<number, Failure>();
  /** The states of the last step, as clones, which share their numbers. */
  #last: readonly tf.Tensor[] = [];

  /** One step; `states` are borrowed. */
  async look(trackers: readonly OutcomeTracker[], states: readonly tf.Tensor[]): Promise<void> {
    const failed = trackers.flatMap((tracker, b) =>
      tracker.failed && !this.#kept.has(b) ? [b] : [],
    );
    if (failed.length > 0) {
      const after = await read(states);
      const before = this.#last.length === 0 ? after : await read(this.#last);
      const row = (layer: Float32Array, b: number) => {
        const count = layer.length / trackers.length;
        return layer.slice(b * count, (b + 1) * count);
      };
      for (const b of failed) {
        this.#kept.set(b, {
          step: trackers[b].course.step,
          before: before.map((layer) => row(layer, b)),
          after: after.map((layer) => row(layer, b)),
        });
      }
    }
    tf.dispose([...this.#last]);
    this.#last = tf.tidy(() => states.map((layer) => tf.clone(layer)));
  }

  /** The examples that failed, together; apart by their steps where energies depend on the time. */
  byTime(scheduled: boolean): Map<number, number[]> {
    const groups = new Map<number, number[]>();
    for (const [b, { step }] of this.#kept) {
      const time = scheduled ? step : 0;
      groups.set(time, [...(groups.get(time) ?? []), b]);
    }
    return groups;
  }

  /** Their states as one batch a layer: all before the step, then all after it. */
  states(examples: readonly number[]): tf.Tensor[] {
    return tf.tidy(() =>
      this.#last.map(({ shape }, layer) => {
        const rows = (["before", "after"] as const).flatMap((when) =>
          examples.map((b) => [...this.#kept.get(b)![when][layer]]),
        );
        return tf.tensor(rows.flat(), [rows.length, ...shape.slice(1)], "float32");
      }),
    );
  }

  dispose(): void {
    tf.dispose([...this.#last]);
    this.#last = [];
  }
}

async function read(states: readonly tf.Tensor[]): Promise<Float32Array[]> {
  return Promise.all(states.map(async (layer) => (await layer.data()) as Float32Array));
}
