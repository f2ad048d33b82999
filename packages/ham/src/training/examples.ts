// Examples from files: held back for validation, shuffled, and dealt out in minibatches.

import { foldIn, type Key, permutation } from "@hamlet/core";
import { type Feed, HamError, type Tensor } from "@hamlet/graph";
import type { Entries } from "../hypergraph/initial-entries.ts";
import { type Drawn, type FeedSpace, makeFeed } from "../recall/feed.ts";

/** Which stream of random numbers is for what. */
const [HELD_BACK, SHUFFLES, DRAWS, VALIDATION] = [0, 1, 2, 3];

/** What examples are made of. */
export interface ExampleSource {
  readonly name: string;
  /** Givens with a file: `[N, …axes]`. */
  readonly files: ReadonlyMap<Tensor, Entries>;
  readonly feeds: readonly Feed[];
  /** What feeds may read beside givens. */
  readonly space: FeedSpace;
  readonly key: Key;
  readonly batch: number;
  /** The share of the examples that is held back. */
  readonly validation: number;
  /** Examples of their own to measure the loss on, in place of a share; null for none. */
  readonly heldOut: ReadonlyMap<Tensor, Entries> | null;
}

/** A minibatch, as numbers. */
export interface Dealt {
  /** `[B, …axes]` */
  readonly givens: ReadonlyMap<Tensor, Entries>;
  readonly batch: number;
  readonly key: Key;
}

/** The examples of a training. Everything random follows from the key and the step. */
export class Examples {
  readonly #source: ExampleSource;
  readonly #feeds: readonly Drawn[];
  readonly #training: Int32Array;
  readonly #validation: Int32Array;
  #epoch = -1;
  #order: Int32Array = new Int32Array();

  /** @throws HamError `ham/batch-mismatch`, `ham/no-examples`. */
  constructor(source: ExampleSource) {
    this.#source = source;
    this.#feeds = source.feeds.map((feed) => makeFeed(feed, source.space));
    const count = countOf(source);
    if (source.heldOut !== null) {
      const own = countOf({ ...source, files: source.heldOut, validation: 0 });
      this.#validation = Int32Array.from({ length: own }, (_, row) => row);
      this.#training = Int32Array.from({ length: count }, (_, row) => row);
      return;
    }
    const order = permutation(foldIn(source.key, HELD_BACK), count);
    const held = Math.floor(count * source.validation);
    this.#validation = order.slice(0, held);
    this.#training = order.slice(held).sort();
  }

  /** The number of examples to learn from, and of those held back. */
  get counts(): { readonly training: number; readonly validation: number } {
    return { training: this.#training.length, validation: this.#validation.length };
  }

  get stepsAnEpoch(): number {
    return Math.ceil(this.#training.length / this.#source.batch);
  }

  /** The minibatch of a step, counted from 0 over all epochs. */
  deal(step: number): Dealt {
    const epoch = Math.floor(step / this.stepsAnEpoch);
    if (epoch !== this.#epoch) {
      const shuffle = foldIn(foldIn(this.#source.key, SHUFFLES), epoch);
      this.#order = permutation(shuffle, this.#training.length);
      this.#epoch = epoch;
    }
    const from = (step % this.stepsAnEpoch) * this.#source.batch;
    const chosen = this.#order.subarray(from, from + this.#source.batch);
    const rows = chosen.map((place) => this.#training[place]);
    return this.#dealt(rows, foldIn(foldIn(this.#source.key, DRAWS), step));
  }

  /** The examples held back, in minibatches with the same draws every time. */
  *validation(): Generator<Dealt> {
    const { batch, key } = this.#source;
    for (let from = 0, part = 0; from < this.#validation.length; from += batch, part++) {
      const rows = this.#validation.subarray(from, from + batch);
      yield this.#dealt(rows, foldIn(foldIn(key, VALIDATION), part), this.#source.heldOut);
    }
  }

  #dealt(rows: Int32Array, key: Key, own: ExampleSource["heldOut"] = null): Dealt {
    const { files, feeds } = this.#source;
    const givens = new Map([...(own ?? files)].map(([tensor, all]) => [tensor, rowsOf(all, rows)]));
    feeds.forEach((feed, i) => {
      givens.set(feed.tensor, this.#feeds[i](givens, rows.length, foldIn(key, i)));
    });
    return { givens, batch: rows.length, key: foldIn(key, feeds.length) };
  }
}

/** Some rows of an array, `[N, …]`. */
function rowsOf({ shape, data }: Entries, rows: Int32Array): Entries {
  const size = data.length / shape[0];
  const chosen = new Float32Array(rows.length * size);
  rows.forEach((row, i) => chosen.set(data.subarray(row * size, (row + 1) * size), i * size));
  return { shape: [rows.length, ...shape.slice(1)], data: chosen };
}

/** How many examples there are, and that some remain to learn from. */
function countOf({ name, files, validation }: ExampleSource): number {
  const counts = [...files].map(([tensor, { shape }]) => ({ tensor, count: shape[0] }));
  if (new Set(counts.map(({ count }) => count)).size > 1) {
    const list = counts.map(({ tensor, count }) => `  ${tensor.name}: ${count} examples`);
    throw new HamError(
      "ham/batch-mismatch",
      `The givens of the training "${name}" hold different numbers of examples:\n${list.join("\n")}\nGive each the same number, or feed one from another.`,
    );
  }
  const count = counts[0]?.count ?? 0;
  if (count - Math.floor(count * validation) >= 1) return count;
  throw new HamError(
    "ham/no-examples",
    `The training "${name}" has nothing to learn from: ${count} examples, all held back or none there. Give a file with more.`,
  );
}
