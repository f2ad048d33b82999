// Sums of products as matrix products, pair by pair.
//
// The next pair is the one whose result is smallest. A pair is laid out so that no operand of a
// step is transposed where a constant can be instead: constants are transposed once, at load.

import type { Index } from "@hamlet/graph";
import type { Builder } from "./builder.ts";
import { BATCH_INDEX, type Op, STAGES, type Value } from "./instruction.ts";

/** What a contraction needs of the planner: to combine values and to move their axes. */
export interface AxisMoves {
  readonly builder: Builder;
  /** The size of an index; negative for the batch. */
  size(index: Index): number;
  combine(op: Op, a: Value, b: Value): Value;
  collapse(op: "sum", value: Value, over: readonly Index[]): Value;
  grouped(value: Value, groups: readonly (readonly Index[])[]): number;
  ungrouped(slot: number, axes: readonly Index[]): Value;
}

/** A guess for the batch size where costs are compared before it is known. */
const TYPICAL_BATCH = 64;

/** `Σ_over f₁ · f₂ · …` */
export function contract(
  planner: AxisMoves,
  over: readonly Index[],
  factors: readonly Value[],
): Value {
  let parts = [...factors];
  if (parts.some((part) => part.axes.some((index) => planner.size(index) === 0))) {
    // A product without entries is nothing to give to a matrix product.
    const empty = parts.reduce((a, b) => planner.combine("mul", a, b));
    return planner.collapse("sum", empty, over);
  }
  for (;;) {
    parts = parts.map((part, i) => {
      const alone = over.filter(
        (index) =>
          part.axes.includes(index) &&
          !parts.some((other, j) => j !== i && other.axes.includes(index)),
      );
      return planner.collapse("sum", part, alone);
    });
    if (parts.length === 1) return parts[0];
    const [i, j] = cheapestPair(planner, over, parts);
    const [a, b] = [parts[i], parts[j]];
    const rest = parts.filter((_, k) => k !== i && k !== j);
    const summed = over.filter(
      (index) =>
        a.axes.includes(index) &&
        b.axes.includes(index) &&
        !rest.some((other) => other.axes.includes(index)),
    );
    parts = [pair(planner, a, b, summed), ...rest];
  }
}

function count(planner: AxisMoves, axes: Iterable<Index>): number {
  let total = 1;
  for (const index of axes) total *= index === BATCH_INDEX ? TYPICAL_BATCH : planner.size(index);
  return total;
}

function cheapestPair(
  planner: AxisMoves,
  over: readonly Index[],
  parts: readonly Value[],
): [number, number] {
  let best: [number, number] = [0, 1];
  let bestCost = [Infinity, Infinity];
  for (let i = 0; i < parts.length; i++) {
    for (let j = i + 1; j < parts.length; j++) {
      const all = new Set([...parts[i].axes, ...parts[j].axes]);
      const kept = [...all].filter(
        (index) =>
          !over.includes(index) ||
          parts.some((other, k) => k !== i && k !== j && other.axes.includes(index)),
      );
      const cost = [count(planner, kept), count(planner, all)];
      if (cost[0] < bestCost[0] || (cost[0] === bestCost[0] && cost[1] < bestCost[1])) {
        best = [i, j];
        bestCost = cost;
      }
    }
  }
  return best;
}

/** The product of two values, summed over the axes `summed` that both have. */
function pair(planner: AxisMoves, a: Value, b: Value, summed: readonly Index[]): Value {
  if (summed.length === 0) return planner.combine("mul", a, b);
  const shared = a.axes.filter((index) => b.axes.includes(index) && !summed.includes(index));
  const onlyA = a.axes.filter((index) => !b.axes.includes(index));
  const onlyB = b.axes.filter((index) => !a.axes.includes(index));
  if (onlyA.length === 0 && onlyB.length === 0) {
    return planner.collapse("sum", planner.combine("mul", a, b), summed);
  }

  const inOrderOf = (value: Value, axes: readonly Index[]) =>
    value.axes.filter((index) => axes.includes(index));
  const layouts = [
    { left: a, right: b, rows: onlyA, columns: onlyB },
    { left: b, right: a, rows: onlyB, columns: onlyA },
  ].flatMap((sides) =>
    [a, b].flatMap((outer) =>
      [a, b].map((inner) => {
        const lead = inOrderOf(outer, shared);
        const middle = inOrderOf(inner, summed);
        const leftAxes = [...lead, ...sides.rows, ...middle];
        const rightAxes = [...lead, ...middle, ...sides.columns];
        const cost =
          moving(planner, sides.left, leftAxes) +
          moving(planner, sides.right, rightAxes) +
          (lead.length === 0 ? packing(planner, sides.right) : 0);
        return { ...sides, lead, middle, cost };
      }),
    ),
  );
  const { left, right, rows, columns, lead, middle } = layouts.reduce((best, layout) =>
    layout.cost < best.cost ? layout : best,
  );
  const front = lead.length === 0 ? [] : [lead];
  const x = planner.grouped(left, [...front, rows, middle]);
  const y = planner.grouped(right, [...front, middle, columns]);
  const [m, n] = [planner.builder.shape(x).at(-2)!, planner.builder.shape(y).at(-1)!];
  const shape = [...planner.builder.shape(x).slice(0, -2), m, n];
  const slot = planner.builder.emit("matmul", [x, y], [], shape);
  return planner.ungrouped(slot, [...lead, ...rows, ...columns]);
}

/** What it costs to bring a value into `order`: nothing, little at load, its size at a step. */
function moving(planner: AxisMoves, value: Value, order: readonly Index[]): number {
  if (value.axes.every((index, i) => index === order[i])) return 0;
  return touching(planner, value);
}

/**
 * What it costs to multiply with a value from the right: wasm packs it before a product, an entry
 * in about the time in which it transposes five, and finds it packed when it is the same again.
 */
function packing(planner: AxisMoves, value: Value): number {
  return 5 * touching(planner, value);
}

/** The entries of a value; one that is computed seldom counts little. */
function touching(planner: AxisMoves, value: Value): number {
  const stage = STAGES.indexOf(planner.builder.stage(value.slot));
  return count(planner, value.axes) * 10 ** (3 * (stage - 3));
}
