// Where a training stands, as tensors: weights, what the optimiser remembers, and the average.

import { type ArrayData, type Inputs, makeProgram, OPTIMISERS, type Program } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { boundWaves } from "../network/bound.ts";
import type { ScoreModel } from "../network/model.ts";
import { type Network, network } from "../network/network.ts";
import type { Batch } from "./batches.ts";
import { type DenoisingLoss, denoisingLoss, LOSS, lossPlan } from "./loss.ts";
import { Rows } from "./rows.ts";

const ADAM = OPTIMISERS.get("adam")!;

/** What is kept of every weight, in this order. */
const KEPT = ["weights", ...ADAM.slots, "average"] as const;
const SUM = "loss/sum";

/** How weights move. */
export interface Moving {
  readonly lr: number;
  /** How much of the average stays in an iteration. */
  readonly decay: number;
}

/** A training's tensors. The caller disposes it. */
export class Standing {
  readonly #net: Network;
  readonly #rows: Rows;
  readonly #loss: DenoisingLoss;
  readonly #program: Program;
  readonly #moving: Moving;
  #waves: Inputs = new Map();
  /** For every row what is kept of it, in the order of {@link KEPT}. */
  #kept: tf.Tensor[][] = [];
  /** The sum of the losses since it was last taken. */
  #sum: tf.Tensor | null = null;

  constructor({ shape, frequencies, weights }: ScoreModel, moving: Moving) {
    this.#net = network(shape);
    this.#rows = new Rows(this.#net);
    this.#loss = denoisingLoss(this.#net);
    this.#moving = moving;
    this.#program = makeProgram(lossPlan(this.#net, this.#loss));
    try {
      this.#waves = boundWaves(this.#net, frequencies);
      this.#program.bind("load", this.#waves);
      const zeros = new Float32Array(weights.length);
      this.#put([weights, ...ADAM.slots.map(() => zeros), weights], 0);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** One iteration, counted from 1. */
  move(batch: Batch, iteration: number): void {
    const next = tf.tidy(() => {
      const found = this.#gradient(batch);
      const slopes = this.#rows.slopes(found);
      const { lr, decay } = this.#moving;
      const kept = this.#kept.map((row, r) => {
        const [value, slots, average] = [row[0], row.slice(1, -1), row.at(-1)!];
        const standing = { value, slope: slopes[r], slots, decays: false };
        const moved = ADAM.move(standing, iteration, { lr });
        const mixed = tf.add(tf.mul(average, decay), tf.mul(moved.value, 1 - decay));
        return [moved.value, ...moved.slots, mixed];
      });
      return { kept, sum: tf.add(this.#sum!, found.get(LOSS)!) };
    });
    this.#replace(next.kept, next.sum);
  }

  /** The loss of a batch and its gradient, by name; within a `tf.tidy`. */
  #gradient({ count, clean, noise, times }: Batch): Map<string, tf.Tensor> {
    const { width } = this.#net.shape;
    this.#program.bind("param", this.#rows.weights(this.#kept.map(([value]) => value)));
    const inputs = new Map<Tensor, tf.Tensor>([
      [this.#loss.clean, tf.tensor2d(clean, [count, width])],
      [this.#loss.noise, tf.tensor2d(noise, [count, width])],
      [this.#net.t, tf.tensor1d(times)],
      [this.#loss.share, tf.scalar(1 / count)],
    ]);
    return this.#program.step(inputs, { batch: count });
  }

  /** The sum of the losses since this was last asked. */
  async takeLoss(): Promise<number> {
    const [loss] = await this.#sum!.data();
    const zero = tf.scalar(0);
    this.#sum!.dispose();
    this.#sum = zero;
    return loss;
  }

  /** The averaged weights. */
  async average(): Promise<Float32Array> {
    return this.#read(KEPT.length - 1);
  }

  /** Everything by name, as a checkpoint holds it. */
  async arrays(): Promise<Map<string, ArrayData>> {
    const arrays = new Map<string, ArrayData>();
    for (const [k, name] of KEPT.entries()) {
      const data = await this.#read(k);
      arrays.set(name, { shape: [data.length], dtype: "float32", data });
    }
    const sum = new Float32Array(await this.#sum!.data());
    return arrays.set(SUM, { shape: [1], dtype: "float32", data: sum });
  }

  /** Takes what {@link arrays} gave. */
  restore(arrays: ReadonlyMap<string, ArrayData>): void {
    const at = (name: string) => new Float32Array(arrays.get(name)!.data as Float32Array);
    this.#put(KEPT.map(at), at(SUM)[0]);
  }

  dispose(): void {
    tf.dispose([...this.#waves.values()]);
    this.#waves = new Map();
    this.#replace([], null);
    this.#program.dispose();
  }

  async #read(k: number): Promise<Float32Array> {
    const rows: Float32Array[] = [];
    for (const row of this.#kept) rows.push((await row[k].data()) as Float32Array);
    return this.#rows.collected(rows);
  }

  #put(kept: readonly Float32Array[], sum: number): void {
    const next = tf.tidy(() => {
      const dealt = kept.map((all) => this.#rows.dealt(all));
      const rows = Array.from({ length: this.#rows.count }, (_, r) =>
        dealt.map((each) => tf.tensor1d(each[r])),
      );
      return { rows, sum: tf.scalar(sum) };
    });
    this.#replace(next.rows, next.sum);
  }

  #replace(kept: tf.Tensor[][], sum: tf.Tensor | null): void {
    tf.dispose(this.#kept);
    this.#sum?.dispose();
    this.#kept = kept;
    this.#sum = sum;
  }
}
