import type { Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** A gradient by params: those that are missing have none. */
export type ByParam = ReadonlyMap<Tensor, tf.Tensor>;

/** Adds gradients up. It takes over what is added, and keeps the sums from `tf.tidy`. */
export class Sums {
  readonly #sums = new Map<Tensor, tf.Tensor>();

  add(gradients: ByParam, factor = 1): void {
    try {
      for (const [param, slope] of gradients) {
        const before = this.#sums.get(param);
        const sum = tf.tidy(() => {
          const part = factor === 1 ? tf.clone(slope) : tf.mul(slope, factor);
          return before === undefined ? part : tf.add(before, part);
        });
        this.#sums.set(param, tf.keep(sum));
        before?.dispose();
      }
    } finally {
      tf.dispose([...gradients.values()]);
    }
  }

  /** The sums times a number; they are the caller's, and nothing is left here. */
  take(scale: number): Map<Tensor, tf.Tensor> {
    const scaled = tf.tidy(() => [...this.#sums.values()].map((sum) => tf.mul(sum, scale)));
    const taken = new Map([...this.#sums.keys()].map((param, i) => [param, scaled[i]]));
    this.dispose();
    return taken;
  }

  dispose(): void {
    tf.dispose([...this.#sums.values()]);
    this.#sums.clear();
  }
}
