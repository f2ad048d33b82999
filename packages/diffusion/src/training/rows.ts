// Weights in a few long rows: an optimiser moves seven of them in place of sixteen arrays.
//
// A large weight is a row of its own. Small ones share one, because an operation on few numbers
// takes as long as its call; large ones do not, because wasm copies a whole row to cut a piece out.

import type { Inputs } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";
import { places } from "../network/model.ts";
import type { Network } from "../network/network.ts";

/** From this many entries on a weight has a row of its own. */
const LARGE = 4096;

type Place = ReturnType<typeof places>[number];

/** How the weights of a network are dealt to rows. */
export class Rows {
  readonly #rows: readonly (readonly Place[])[];

  constructor(net: Network) {
    const all = places(net);
    const small = all.filter(({ count }) => count < LARGE);
    this.#rows = [...all.filter((place) => !small.includes(place)).map((place) => [place]), small];
  }

  /** How many rows there are. */
  get count(): number {
    return this.#rows.length;
  }

  /** All weights, one after the other, dealt to rows. */
  dealt(all: Float32Array): Float32Array[] {
    return this.#rows.map((row) => {
      const dealt = new Float32Array(row.reduce((total, { count }) => total + count, 0));
      for (const [{ from, count }, start] of withStarts(row)) {
        dealt.set(all.subarray(from, from + count), start);
      }
      return dealt;
    });
  }

  /** Rows, collected again: the inverse of {@link dealt}. */
  collected(rows: readonly Float32Array[]): Float32Array {
    const all = new Float32Array(rows.reduce((total, { length }) => total + length, 0));
    this.#rows.forEach((row, r) => {
      for (const [{ from, count }, start] of withStarts(row)) {
        all.set(rows[r].subarray(start, start + count), from);
      }
    });
    return all;
  }

  /** The weights that lie in rows, for a plan to read. The caller disposes them. */
  weights(rows: readonly tf.Tensor[]): Inputs {
    const tensors = this.#rows.flatMap((row, r) =>
      withStarts(row).map(([{ weight, count }, start]) => {
        const own = row.length === 1 ? rows[r] : tf.slice(rows[r], start, count);
        return [weight.tensor, tf.reshape(own, [...weight.shape])] as const;
      }),
    );
    return new Map(tensors);
  }

  /** Gradients by the name of their weight, in rows. The caller disposes them. */
  slopes(found: ReadonlyMap<string, tf.Tensor>): tf.Tensor[] {
    return this.#rows.map((row) =>
      tf.concat(row.map(({ weight }) => tf.reshape(found.get(weight.tensor.name)!, [-1]))),
    );
  }
}

/** Places with where each starts in its row. */
function withStarts(row: readonly Place[]): (readonly [Place, number])[] {
  let next = 0;
  return row.map((place) => {
    const start = next;
    next += place.count;
    return [place, start] as const;
  });
}
