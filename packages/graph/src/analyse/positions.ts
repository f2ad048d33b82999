// Where a formula compares a position with an entry: `k == label`.
//
// An entry that is no position of the axis makes the condition false everywhere, and what it guards
// a sum of nothing: a loss that is 0 for that example, and teaches nothing.

import { contains } from "../expr/depends.ts";
import { drivesOf, type EnergyGraph } from "../model/energy-graph.ts";
import type { Dim, Expr, Index, Tensor } from "../expr/types.ts";

/** Entries that are compared with positions: `position == entry + shift`. */
export interface PositionUse {
  readonly tensor: Tensor;
  readonly dim: Dim;
  readonly shift: number;
}

/** Every comparison of a position with an entry in the energies, drives, recalls and losses of a model. */
export function positionUses(graph: EnergyGraph): PositionUse[] {
  const uses: PositionUse[] = [];
  const { terms, neurons, recalls, trainings = [] } = graph;
  const formulas = [
    ...terms.map(({ energy }) => energy),
    ...drivesOf(graph).map(({ value }) => value),
    ...neurons.map(({ lagrangian }) => lagrangian),
    ...recalls.flatMap(({ clamps }) => clamps.flatMap(({ where, value }) => [where, value])),
    ...trainings.flatMap(({ loss, metrics = [] }) => [loss, ...metrics.map(({ value }) => value)]),
  ];
  for (const formula of formulas) {
    if (formula === null) continue;
    contains(formula, (node) => {
      const use = node.kind === "apply" && node.op === "eq" ? useIn(node.args) : null;
      const known = uses.some(
        ({ tensor, dim, shift }) =>
          tensor === use?.tensor && dim === use.dim && shift === use.shift,
      );
      if (use !== null && !known) uses.push(use);
      return false;
    });
  }
  return uses;
}

function useIn([a, b]: readonly Expr[]): PositionUse | null {
  const [left, right] = [positionIn(a) ?? entryIn(a), positionIn(b) ?? entryIn(b)];
  if (left === null || right === null) return null;
  const [place, entry] = "index" in left ? [left, right] : [right, left];
  if (!("index" in place) || !("tensor" in entry)) return null;
  return { tensor: entry.tensor, dim: place.index.dim, shift: entry.shift - place.shift };
}

function positionIn(expr: Expr): { index: Index; shift: number } | null {
  const { inner, shift } = unshifted(expr);
  return inner.kind === "position" ? { index: inner.index, shift } : null;
}

function entryIn(expr: Expr): { tensor: Tensor; shift: number } | null {
  const { inner, shift } = unshifted(expr);
  if (inner.kind !== "get" || inner.tensor.kind === "activation") return null;
  return { tensor: inner.tensor, shift };
}

/** `x` and 1 for `x + 1`. */
function unshifted(expr: Expr): { inner: Expr; shift: number } {
  if (expr.kind === "apply" && expr.op === "add" && expr.args.length === 2) {
    const [inner, last] = expr.args;
    if (last.kind === "lit") return { inner, shift: last.value };
  }
  return { inner: expr, shift: 0 };
}
