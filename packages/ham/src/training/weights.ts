// The trained params with what their optimiser remembers, and their way into a file and back.

import { type ArrayData, asFloat32, type Optimiser, type Settings } from "@hamlet/core";
import { HamError, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import type { Entries } from "../hypergraph/initial-entries.ts";
import { clipped } from "./clip.ts";
import { assertFinite } from "./restored.ts";
import { storedOf, storedSlope, valueOf } from "./stored.ts";
import type { ByParam } from "./sums.ts";

interface Weight {
  stored: tf.Tensor;
  /** What the optimiser remembers; last the average, where there is one. */
  slots: readonly tf.Tensor[];
}

/** The trained params of a training. Owns its tensors. */
export class Weights {
  readonly #weights: Map<Tensor, Weight>;
  readonly #optimiser: Optimiser;
  readonly #slots: readonly string[];
  readonly #decay: number | null;

  /**
   * @param options - with `decay` the weights are averaged over the steps as well:
   * `ā ← decay ā + (1 − decay) a`, from the start on.
   */
  constructor(
    start: ReadonlyMap<Tensor, Entries>,
    optimiser: Optimiser,
    { decay = null }: { readonly decay?: number | null } = {},
  ) {
    this.#optimiser = optimiser;
    this.#decay = decay;
    this.#slots = decay === null ? optimiser.slots : [...optimiser.slots, AVERAGE];
    const made = tf.tidy(() =>
      [...start].map(([param, { shape, data }]) => {
        const stored = tf.tensor(storedOf(param, data), [...shape], "float32");
        const average = decay === null ? [] : [tf.clone(stored)];
        return [stored, ...optimiser.slots.map(() => tf.zerosLike(stored)), ...average];
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
        const own = slots.slice(0, this.#optimiser.slots.length);
        const decays = param.bound === null;
        const standing = { value: stored, slope: limited[i], slots: own, decays };
        const { value, slots: remembered } = this.#optimiser.move(standing, step, settings);
        return [value, ...remembered, ...this.#averaged(slots.at(-1), value)];
      });
    });
    moving.forEach(([, weight], i) => {
      tf.dispose([weight.stored, ...weight.slots]);
      [weight.stored, ...weight.slots] = next[i];
    });
  }

  #averaged(before: tf.Tensor | undefined, value: tf.Tensor): tf.Tensor[] {
    if (this.#decay === null) return [];
    return [tf.add(tf.mul(before!, this.#decay), tf.mul(value, 1 - this.#decay))];
  }

  /** The params as numbers, by name. */
  async numbers(): Promise<Map<string, ArrayData>> {
    const values = this.values();
    try {
      return await read([...values].map(([{ name }, value]) => [name, value]));
    } finally {
      tf.dispose([...values.values()]);
    }
  }

  /** The averages of the params as they are stored, by name. */
  async averages(): Promise<Map<string, ArrayData>> {
    return read([...this.#weights].map(([{ name }, { slots }]) => [name, slots.at(-1)!]));
  }

  /** Everything by name, as a checkpoint holds it. */
  async arrays(): Promise<Map<string, ArrayData>> {
    return read(this.#named());
  }

  /**
   * Takes everything back from a checkpoint.
   * @throws HamError `ham/other-training` when an array is missing or of another shape,
   * `core/bad-checkpoint` where it holds no numbers.
   */
  restore(arrays: ReadonlyMap<string, ArrayData>): void {
    const named = this.#named();
    for (const [name, { shape }] of named) {
      assertShape(name, shape, arrays.get(name));
      assertFinite(`"${name}"`, arrays.get(name)!);
    }
    const at = (name: string) => {
      const { data, shape } = arrays.get(name)!;
      return tf.tensor(asFloat32(data), [...shape], "float32");
    };
    const next = tf.tidy(() =>
      [...this.#weights.keys()].map((param) => [
        at(storedName(param)),
        ...this.#slots.map((slot) => at(slotName(param, slot))),
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
        ...slots.map((slot, i) => [slotName(param, this.#slots[i]), slot] as const),
      ]),
    );
  }
}

async function read(
  tensors: Iterable<readonly [string, tf.Tensor]>,
): Promise<Map<string, ArrayData>> {
  const arrays = new Map<string, ArrayData>();
  for (const [name, tensor] of tensors) {
    const data = new Float32Array(await tensor.data());
    arrays.set(name, { shape: [...tensor.shape], dtype: "float32", data });
  }
  return arrays;
}

/** The name of the average among what is remembered. */
const AVERAGE = "average";
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
