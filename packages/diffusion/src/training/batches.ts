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
 * Deals patterns epoch by epoch, each in a random order, `size` at a time; a batch of more than
 * there are holds some of them several times. It follows from the key and the iteration alone, so
 * that a training can go on anywhere.
 */
export class Batches {
  readonly #patterns: Points;
  readonly #size: number;
  readonly #orders: Key;
  readonly #draws: Key;
  #epoch = -1;
  #order: Int32Array = new Int32Array(0);

  constructor(patterns: Points, size: number, key: Key) {
    this.#patterns = patterns;
    this.#size = size;
    [this.#orders, this.#draws] = split(key);
  }

  /** The batch of an iteration, counted from 0. */
  deal(iteration: number): Batch {
    const count = this.#size;
    const { shape, data } = this.#patterns;
    const width = shape[1];
    const clean = new Float32Array(count * width);
    for (let i = 0; i < count; i++) {
      const row = this.#rowAt(iteration * count + i);
      clean.set(data.subarray(row * width, (row + 1) * width), i * width);
    }
    const [noise, times] = split(foldIn(this.#draws, iteration));
    return {
      count,
      clean,
      noise: normal(noise, [count, width]),
      times: uniform(times, count, { min: EARLIEST, max: 1 }),
    };
  }

  /** The pattern at a place of the endless row of shuffled epochs. */
  #rowAt(place: number): number {
    const all = this.#patterns.shape[0];
    const epoch = Math.floor(place / all);
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#order = permutation(foldIn(this.#orders, epoch), all);
    }
    return this.#order[place % all];
  }
}
