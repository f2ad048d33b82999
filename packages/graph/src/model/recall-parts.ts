// What a recall changes about the equations of a model: clamps and schedules.

import type { Clamp, Entrywise, Neuron, Recall } from "./energy-graph.ts";
import { lit, select } from "../expr/expr.ts";
import { replaceGets, substituteIndices } from "../rewrite/substitute.ts";
import type { Expr, Index } from "../expr/types.ts";

/** Follows the consts that a recall changes while it runs: they become their formulas of time. */
export function followSchedules(recall: Recall): (expr: Expr) => Expr {
  const values = new Map(recall.schedules.map(({ tensor, value }) => [tensor, value]));
  if (values.size === 0) return (expr) => expr;
  return (expr) => replaceGets(expr, (node) => values.get(node.tensor) ?? null);
}

/** `at` (default 0) where one of the clamps holds, else `free`; over the `indices` of their layer. */
export function heldBy(
  clamps: readonly Clamp[],
  indices: readonly Index[],
  { free, at = lit(0) }: { readonly free: Expr; readonly at?: Expr },
): Expr {
  return clamps.reduce((value, clamp) => {
    if (clamp.where === null) return at;
    const map = new Map(clamp.indices.map((index, axis) => [index, indices[axis]]));
    return select(substituteIndices(clamp.where, map), at, value);
  }, free);
}

/** Layers whose activation is held at a value: their own energy no longer matters. */
export function pinnedBy(recall: Recall): Map<Neuron, Entrywise> {
  return new Map(
    recall.clamps.flatMap(({ neuron, indices, where, value }) =>
      where === null && value !== null ? [[neuron, { indices, value }] as const] : [],
    ),
  );
}
