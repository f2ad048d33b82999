// Feeds become entries: `[B, …axes]`, every example with draws of its own.

import { float64, type Key, makeProgram, normal, plan, uniform } from "@hamlet/core";
import {
  argumentFault,
  type Dim,
  type Feed,
  sizeOfDim,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import { assertAdmitted } from "../hypergraph/assert-admitted.ts";
import type { Entries } from "../hypergraph/initial-entries.ts";
import { assertDrawable } from "./draw.ts";

/** What the values of a feed may read beside givens. */
export interface FeedSpace {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly constants: ReadonlyMap<Tensor, ArrayLike<number>>;
}

/** Draws a feed: `givens` are those that are there already, `[B, …axes]`. */
export type Drawn = (givens: ReadonlyMap<Tensor, Entries>, batch: number, key: Key) => Entries;

/** An entry from its arguments, where they are given, and one random number. */
type Draw = (
  a: number | undefined,
  b: number | undefined,
  random: number,
  tensor: Tensor,
) => number;

const DRAWS: Readonly<
  Record<string, { readonly from: "normal" | "uniform"; readonly make: Draw }>
> = {
  normal: { from: "normal", make: (mean = 0, deviation = 1, z) => mean + deviation * z },
  uniform: { from: "uniform", make: (min = 0, max = 1, u) => min + (max - min) * u },
  bernoulli: {
    from: "uniform",
    make: (p = 0.5, _, u, { elem }) => (u < p ? 1 : elem === "sign" ? -1 : 0),
  },
  /** The other of its two values, with probability p: −x for signs and reals, 1 − x for bits. */
  flip: {
    from: "uniform",
    make: (x, p, u, { elem }) => (u >= p! ? x! : elem === "bit" || elem === "bool" ? 1 - x! : -x!),
  },
};

/**
 * Makes ready to draw the entries of a given in a test or a training. A draw throws HamError
 * `ham/value-refused` where the feed gives what the declaration rules out, `ham/draw-refused` where there
 * is no such distribution.
 */
export function makeFeed(feed: Feed, { sizes, constants }: FeedSpace): Drawn {
  const { tensor, indices } = feed;
  const values = feed.from === "value" ? [feed.value] : feed.args;
  const outputs = values.map((value, n) => ({ name: `${n}`, value, indices, batched: false }));
  const isGiven = ({ kind }: Tensor) => kind === "given";
  const leaf = (read: Tensor) =>
    isGiven(read)
      ? ({ stage: "step", batched: true } as const)
      : ({ stage: "load", batched: false } as const);
  const program = makeProgram(plan(outputs, { sizes, leaf }), { target: float64 });
  program.bind("load", constants);
  const read = [...tensorsIn(values)].filter(isGiven);
  const axes = tensor.axes.map((dim) => sizeOfDim(dim, { sizes }));
  const count = axes.reduce((a, b) => a * b, 1);
  return (givens, batch, key) => {
    const inputs = new Map(read.map((given) => [given, givens.get(given)!.data]));
    const found = program.step(inputs, { batch });
    const entries = outputs.map(({ name }) => found.get(name)!.data);
    // What does not depend on the example is there once.
    const steps = entries.map(({ length }) => (length === count ? 0 : count));
    const shape = [batch, ...axes];
    const data = new Float32Array(batch * count);
    if (feed.from === "value") {
      for (let from = 0; from < data.length; from += count) {
        const own = (from / count) * steps[0];
        data.set(entries[0].subarray(own, own + count), from);
      }
    } else {
      const { from: kind, make } = DRAWS[feed.distribution];
      const random = kind === "normal" ? normal(key, shape) : uniform(key, shape);
      const [a, b] = entries;
      const [endsOfA, endsOfB] = [endsOf(a), endsOf(b)];
      // What the ends of two arguments allow, all between them do.
      const isDrawable = endsOfA.every((x) =>
        endsOfB.every((y) => argumentFault(feed.distribution, [x, y]) === null),
      );
      for (let example = 0; example < batch; example++) {
        const [from, ofA, ofB] = [count, ...steps].map((step) => example * step);
        for (let i = 0; i < count; i++) {
          const x = a === undefined ? undefined : a[ofA + i];
          const y = b === undefined ? undefined : b[ofB + i];
          if (!isDrawable) assertDrawable(tensor.name, feed.distribution, [x, y]);
          data[from + i] = make(x, y, random[from + i], tensor);
        }
      }
    }
    assertAdmitted(tensor, data, shape);
    return { shape, data };
  };
}

/** The least and the largest of an argument's entries, or NaN where one is; of none, that there is none. */
function endsOf(entries: ArrayLike<number> | undefined): readonly (number | undefined)[] {
  if (entries === undefined) return [undefined];
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < entries.length; i++) {
    low = Math.min(low, entries[i]);
    high = Math.max(high, entries[i]);
  }
  return [low, high];
}
