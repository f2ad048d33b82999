// What steps of a memory compute: an energy and its slope, with data that is there once.

import type { Leaf, Output } from "@hamlet/core";
import { type Expr, gradient, type Index, type Tensor } from "@hamlet/graph";

/** Data is loaded; everything else comes with each step, for a batch. */
export const leaf = ({ kind }: Tensor): Leaf =>
  kind === "data" ? { stage: "load", batched: false } : { stage: "step", batched: true };

/** An energy and its slope by the entries of a tensor. */
export const energyAndSlope = (energy: Expr, by: Tensor, indices: readonly Index[]): Output[] => [
  { name: "energy", value: energy, indices: [], batched: true },
  { name: "slope", value: gradient(energy, by, indices), indices, batched: true },
];
