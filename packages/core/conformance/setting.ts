// Where the tensors of an expression stand in a plan, and what is in them.

import { type Leaf, type Output, plan, type Plan, type Stage } from "@hamlet/core";
import { type Dim, sizeOfDim, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** A tensor's place in a plan and its entries, `[B?, …axes]`. */
export interface Bound extends Leaf {
  readonly values: ArrayLike<number>;
}

/** What a plan is run with. */
export interface Setting {
  readonly bound: ReadonlyMap<Tensor, Bound>;
  readonly batch?: number;
  readonly time?: number;
  readonly sizes?: ReadonlyMap<Dim, number>;
}

/** When the entries of a tensor are known. */
export const STAGE_OF: Readonly<Record<Tensor["kind"], Stage>> = {
  activation: "step",
  state: "step",
  given: "example",
  param: "param",
  const: "load",
  data: "load",
};

/** Entries that are exact in float32, spread over [−1, 1] without a pattern. */
export function quarters(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, k) => {
    const mixed = Math.imul(k + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b);
    return ((((mixed ^ (mixed >>> 15)) >>> 4) % 9) - 4) / 4;
  });
}

/** Plans outputs where every tensor is bound as the setting says. */
export function planFor(outputs: readonly Output[], { bound, sizes }: Setting): Plan {
  return plan(outputs, { leaf: (tensor) => bound.get(tensor)!, ...(sizes && { sizes }) });
}

/** The tensors of a setting, by stage; the caller disposes them. */
export function upload(setting: Setting): Map<Tensor, tf.Tensor> {
  const { bound, batch = 1, sizes } = setting;
  return new Map(
    [...bound].map(([tensor, { batched, values }]) => {
      const shape = tensor.axes.map((dim) => sizeOfDim(dim, sizes && { sizes }));
      const data = Float32Array.from(values);
      return [tensor, tf.tensor(data, batched ? [batch, ...shape] : shape, "float32")] as const;
    }),
  );
}
