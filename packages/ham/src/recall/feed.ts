// Feeds become entries: `[B, …axes]`, every example with draws of its own.

import { type Key, normal, uniform } from "@hamlet/core";
import { type Dim, evaluate, type Expr, type Feed, sizeOfDim, type Tensor } from "@hamlet/graph";
import { assertAdmitted } from "../hypergraph/assert-admitted.ts";
import type { Entries } from "../hypergraph/initial-entries.ts";

/** What the values of a feed may read. */
export interface FeedSpace {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly constants: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** Givens that are there already, `[B, …axes]`. */
  readonly givens: ReadonlyMap<Tensor, Entries>;
}

/** An entry from its arguments and one random number. */
type Draw = (args: readonly number[], random: number, tensor: Tensor) => number;

const DRAWS: Readonly<
  Record<string, { readonly from: "normal" | "uniform"; readonly make: Draw }>
> = {
  normal: { from: "normal", make: ([mean = 0, deviation = 1], z) => mean + deviation * z },
  uniform: { from: "uniform", make: ([min = 0, max = 1], u) => min + (max - min) * u },
  bernoulli: {
    from: "uniform",
    make: ([p = 0.5], u, { elem }) => (u < p ? 1 : elem === "sign" ? -1 : 0),
  },
  /** The other of its two values, with probability p: −x for signs and reals, 1 − x for bits. */
  flip: {
    from: "uniform",
    make: ([x, p], u, { elem }) => (u >= p ? x : elem === "bit" || elem === "bool" ? 1 - x : -x),
  },
};

/**
 * The entries of a given in a test or a training.
 * @throws HamError `ham/value-refused` where the feed gives what the declaration rules out.
 */
export function drawFeed(feed: Feed, space: FeedSpace, batch: number, key: Key): Entries {
  const { tensor, indices } = feed;
  const sizes = tensor.axes.map((dim) => sizeOfDim(dim, space));
  const count = sizes.reduce((a, b) => a * b, 1);
  const shape = [batch, ...sizes];
  const data = new Float32Array(batch * count);
  const draw = feed.from === "draw" ? DRAWS[feed.distribution] : null;
  const random =
    draw === null ? null : draw.from === "normal" ? normal(key, shape) : uniform(key, shape);
  for (let example = 0; example < batch; example++) {
    const tensors = new Map(space.constants);
    for (const [given, { data: entries }] of space.givens) {
      const size = entries.length / batch;
      tensors.set(given, entries.subarray(example * size, (example + 1) * size));
    }
    const over = (expr: Expr) => evaluate(expr, { sizes: space.sizes, tensors }, indices).data;
    const from = example * count;
    if (feed.from === "value") data.set(over(feed.value), from);
    else {
      const args = feed.args.map(over);
      for (let i = 0; i < count; i++) {
        const here = args.map((arg) => arg[i]);
        data[from + i] = draw!.make(here, random![from + i], tensor);
      }
    }
  }
  assertAdmitted(tensor, data, shape);
  return { shape, data };
}
