// What every iteration learns from: patterns, noise and times, all of them from keys.

import { foldIn, type Key, normal, permutation, split, uniform } from "@hamlet/core";
import type { Points } from "../data/points.ts";

/** The earliest time that is learned: the score grows without bound below it. */
const EARLIEST = 1e-5;

/** A batch of `count` examples. */
export interface Batch {
  readonly count: number;
  /** Patterns and standard normal numbers, `[count, width]`. */
  readonly clean: Float32Array;
  readonly noise: Float32Array;
  /** Uniform between 1e-5 and 1, `[count]`. */
  readonly times: Float32Array;
}

/**
 * Deals patterns epoch by epoch in random order, `size` at a time and the rest at the end. A batch
 * follows from the key and the iteration alone, so that a training can go on anywhere.
 */
export class Batches {
  readonly #patterns: Points;
  readonly #count: number;
  readonly #size: number;
  readonly #orders: Key;
  readonly #draws: Key;
  #epoch = -1;
  #order: Int32Array = new Int32Array(0);

  constructor(patterns: Points, size: number, key: Key) {
    this.#patterns = patterns;
    this.#count = patterns.shape[0];
    this.#size = Math.min(size, this.#count);
    [this.#orders, this.#draws] = split(key);
  }

  /** The batch of an iteration, counted from 0. */
  deal(iteration: number): Batch {
    const { data } = this.#patterns;
    const width = this.#patterns.shape[1];
    const anEpoch = Math.ceil(this.#count / this.#size);
    this.#shuffle(Math.floor(iteration / anEpoch));
    const from = (iteration % anEpoch) * this.#size;
    const rows = this.#order.subarray(from, from + this.#size);
    const clean = new Float32Array(rows.length * width);
    rows.forEach((row, i) => clean.set(data.subarray(row * width, (row + 1) * width), i * width));
    const [noise, times] = split(foldIn(this.#draws, iteration));
    return {
      count: rows.length,
      clean,
      noise: normal(noise, [rows.length, width]),
      times: uniform(times, rows.length, { min: EARLIEST, max: 1 }),
    };
  }

  #shuffle(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#order = permutation(foldIn(this.#orders, epoch), this.#count);
  }
}
