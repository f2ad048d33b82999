// Sums of products as matrix products, pair by pair.
//
// The next pair is the one whose result is smallest. A pair is laid out so that no operand of a
// step is transposed where a constant can be instead: constants are transposed once, at load.

import type { Index } from "@hamlet/graph";
import type { AxisMoves } from "./axis-moves.ts";
import { BATCH_INDEX, STAGES, type Value } from "./instruction.ts";

/** A guess for the batch size where costs are compared before it is known. */
const TYPICAL_BATCH = 64;

/** `Σ_over f₁ · f₂ · …` */
export function contract(
  moves: AxisMoves,
  over: readonly Index[],
  factors: readonly Value[],
): Value {
  let parts = [...factors];
  if (parts.some((part) => part.axes.some((index) => moves.size(index) === 0))) {
    // A product without entries is nothing to give to a matrix product.
    const empty = parts.reduce((a, b) => moves.combine("mul", a, b));
    return moves.collapse("sum", empty, over);
  }
  for (;;) {
    parts = parts.map((part, i) => {
      const alone = over.filter(
        (index) =>
          part.axes.includes(index) &&
          !parts.some((other, j) => j !== i && other.axes.includes(index)),
      );
      return moves.collapse("sum", part, alone);
    });
    if (parts.length === 1) return parts[0];
    const [i, j] = cheapestPair(moves, over, parts);
    const [a, b] = [parts[i], parts[j]];
    const rest = parts.filter((_, k) => k !== i && k !== j);
    const summed = over.filter(
      (index) =>
        a.axes.includes(index) &&
        b.axes.includes(index) &&
        !rest.some((other) => other.axes.includes(index)),
    );
    parts = [pair(moves, a, b, summed), ...rest];
  }
}

function count(moves: AxisMoves, axes: Iterable<Index>): number {
  let total = 1;
  for (const index of axes) total *= index === BATCH_INDEX ? TYPICAL_BATCH : moves.size(index);
  return total;
}

function cheapestPair(
  moves: AxisMoves,
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
      const cost = [count(moves, kept), count(moves, all)];
      if (cost[0] < bestCost[0] || (cost[0] === bestCost[0] && cost[1] < bestCost[1])) {
        best = [i, j];
        bestCost = cost;
      }
    }
  }
  return best;
}

/** The product of two values, summed over the axes `summed` that both have. */
function pair(moves: AxisMoves, a: Value, b: Value, summed: readonly Index[]): Value {
  if (summed.length === 0) return moves.combine("mul", a, b);
  const shared = a.axes.filter((index) => b.axes.includes(index) && !summed.includes(index));
  const onlyA = a.axes.filter((index) => !b.axes.includes(index));
  const onlyB = b.axes.filter((index) => !a.axes.includes(index));
  if (onlyA.length === 0 && onlyB.length === 0) {
    return moves.collapse("sum", moves.combine("mul", a, b), summed);
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
          moving(moves, sides.left, leftAxes) +
          moving(moves, sides.right, rightAxes) +
          (lead.length === 0 ? packing(moves, sides.right) : 0);
        return { ...sides, lead, middle, cost };
      }),
    ),
  );
  const { left, right, rows, columns, lead, middle } = layouts.reduce((best, layout) =>
    layout.cost < best.cost ? layout : best,
  );
  const front = lead.length === 0 ? [] : [lead];
  const x = moves.grouped(left, [...front, rows, middle]);
  const y = moves.grouped(right, [...front, middle, columns]);
  const [m, n] = [moves.builder.shape(x).at(-2)!, moves.builder.shape(y).at(-1)!];
  const shape = [...moves.builder.shape(x).slice(0, -2), m, n];
  const slot = moves.builder.emit("matmul", [x, y], [], shape);
  return moves.ungrouped(slot, [...lead, ...rows, ...columns]);
}

/** What it costs to bring a value into `order`: nothing, little at load, its size at a step. */
function moving(moves: AxisMoves, value: Value, order: readonly Index[]): number {
  if (value.axes.every((index, i) => index === order[i])) return 0;
  return touching(moves, value);
}

/**
 * What it costs to multiply with a value from the right: wasm packs it before a product, an entry
 * in about the time in which it transposes five, and finds it packed when it is the same again.
 */
function packing(moves: AxisMoves, value: Value): number {
  return 5 * touching(moves, value);
}

/** The entries of a value; one that is computed seldom counts little. */
function touching(moves: AxisMoves, value: Value): number {
  const stage = STAGES.indexOf(moves.builder.stage(value.slot));
  return count(moves, value.axes) * 10 ** (3 * (stage - 3));
}
