// Tensors as values of a target, which several programs may read.

import type { Inputs } from "@hamlet/core";
import { type Dim, sizeOfDim, type Tensor } from "@hamlet/graph";
import type { Engine } from "./engine.ts";

/** What programs are bound to; `free` gives up what was made for it. */
export interface Held<Value> {
  readonly values: ReadonlyMap<Tensor, Value>;
  free(): void;
}

/** Holds tensors, whose entries are in `numbers` where they are known; givens have the batch axis. */
export function hold<Value, Given>(
  engine: Engine<Value, Given>,
  tensors: Inputs,
  about: {
    readonly sizes: ReadonlyMap<Dim, number>;
    readonly numbers: ReadonlyMap<Tensor, ArrayLike<number>>;
    readonly batch: number;
  },
): Held<Value> {
  const { target } = engine;
  const values = new Map<Tensor, Value>();
  const free = () => {
    if (target.copies === true) for (const value of values.values()) target.free(value);
    values.clear();
  };
  try {
    for (const [tensor, value] of tensors) {
      const sizes = tensor.axes.map((dim) => sizeOfDim(dim, about));
      const shape = tensor.kind === "given" ? [about.batch, ...sizes] : sizes;
      const entries = engine.given(value, about.numbers.get(tensor));
      values.set(tensor, target.input(entries, shape, tensor));
    }
    return { values, free };
  } catch (error) {
    free();
    throw error;
  }
}
