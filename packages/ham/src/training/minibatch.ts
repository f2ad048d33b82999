import type { Key, Turn } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import type { Entries } from "../hypergraph/initial-entries.ts";

/** What a gradient is taken at. Everything in it is borrowed. */
export interface Minibatch {
  /** Every given that is read, `[B, …axes]`. */
  readonly givens: ReadonlyMap<Tensor, Entries>;
  readonly batch: number;
  /** Draws of start values. */
  readonly key: Key;
  /** That of the work which it is part of; default one of its own. */
  readonly turn?: Turn;
}
