// The trained params with what their optimiser remembers, and their way into a file and back.

import { type ArrayData, asFloat32, type Optimiser, type Settings } from "@hamlet/core";
import { HamError, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import type { Entries } from "../hypergraph/initial-entries.ts";
import { clipped } from "./clip.ts";
import { storedOf, storedSlope, valueOf } from "./stored.ts";
import type { ByParam } from "./sums.ts";

interface Weight {
  stored: tf.Tensor;
  slots: readonly tf.Tensor[];
}

/** The trained params of a training. Owns its tensors. */
export class Weights {
  readonly #weights: Map<Tensor, Weight>;
  readonly #optimiser: Optimiser;

  constructor(start: ReadonlyMap<Tensor, Entries>, optimiser: Optimiser) {
    this.#optimiser = optimiser;
    const made = tf.tidy(() =>
      [...start].map(([param, { shape, data }]) => {
        const stored = tf.tensor(storedOf(param, data), [...shape], "float32");
        return [stored, ...optimiser.slots.map(() => tf.zerosLike(stored))];
      }),
    );
    this.#weights = new Map(
      [...start.keys()].map((param, i) => {
        const [stored, ...slots] = made[i];
        return [param, { stored, slots }];
      }),
    );
  }

  /** The params as the model reads them; the caller's. */
  values(): Map<Tensor, tf.Tensor> {
    const values = tf.tidy(() =>
      [...this.#weights].map(([param, { stored }]) => valueOf(param, stored)),
    );
    return new Map([...this.#weights.keys()].map((param, i) => [param, values[i]]));
  }

  /** One step down a gradient, which is borrowed. */
  move(gradients: ByParam, step: number, settings: Settings, clip: number): void {
    const moving = [...this.#weights].filter(([param]) => gradients.has(param));
    const next = tf.tidy(() => {
      const slopes = moving.map(([param, { stored }]) =>
        storedSlope(param, stored, gradients.get(param)!),
      );
      const limited = clip === Infinity ? slopes : clipped(slopes, clip);
      return moving.map(([param, { stored, slots }], i) => {
        const standing = { value: stored, slope: limited[i], slots, decays: param.bound === null };
        const { value, slots: remembered } = this.#optimiser.move(standing, step, settings);
        return [value, ...remembered];
      });
    });
    moving.forEach(([, weight], i) => {
      tf.dispose([weight.stored, ...weight.slots]);
      [weight.stored, ...weight.slots] = next[i];
    });
  }

  /** Everything by name, as a checkpoint holds it. */
  async arrays(): Promise<Map<string, ArrayData>> {
    const arrays = new Map<string, ArrayData>();
    for (const [name, tensor] of this.#named()) {
      const data = new Float32Array(await tensor.data());
      arrays.set(name, { shape: [...tensor.shape], dtype: "float32", data });
    }
    return arrays;
  }

  /**
   * Takes everything back from a checkpoint.
   * @throws HamError `ham/other-training` when an array is missing or of another shape.
   */
  restore(arrays: ReadonlyMap<string, ArrayData>): void {
    const named = this.#named();
    for (const [name, { shape }] of named) assertShape(name, shape, arrays.get(name));
    const at = (name: string) => {
      const { data, shape } = arrays.get(name)!;
      return tf.tensor(asFloat32(data), [...shape], "float32");
    };
    const next = tf.tidy(() =>
      [...this.#weights.keys()].map((param) => [
        at(storedName(param)),
        ...this.#optimiser.slots.map((slot) => at(slotName(param, slot))),
      ]),
    );
    [...this.#weights.values()].forEach((weight, i) => {
      tf.dispose([weight.stored, ...weight.slots]);
      [weight.stored, ...weight.slots] = next[i];
    });
  }

  dispose(): void {
    for (const { stored, slots } of this.#weights.values()) tf.dispose([stored, ...slots]);
    this.#weights.clear();
  }

  #named(): Map<string, tf.Tensor> {
    return new Map(
      [...this.#weights].flatMap(([param, { stored, slots }]) => [
        [storedName(param), stored] as const,
        ...slots.map((slot, i) => [slotName(param, this.#optimiser.slots[i]), slot] as const),
      ]),
    );
  }
}

const storedName = (param: Tensor) => `param/${param.name}`;
const slotName = (param: Tensor, slot: string) => `optimiser/${slot}/${param.name}`;

function assertShape(name: string, shape: readonly number[], found: ArrayData | undefined): void {
  if (found !== undefined && found.shape.join() === shape.join()) return;
  throw new HamError(
    "ham/other-training",
    `The checkpoint is of another training: expected "${name}" of shape [${shape.join(", ")}], found ${found === undefined ? "nothing" : `[${found.shape.join(", ")}]`}. Go on with the model and the optimiser that wrote it, or start anew without it.`,
    { name },
  );
}
