// Sums whose guard ties one index to others: `where i == 2*y + k - 1`.
//
// Convolution, pooling windows and shifted copies are written this way. Multiplied out they would
// be huge and mostly 0. Here the tied index is solved for and read at the place it must have: its
// tensors are gathered once (what convolution calls im2col), and the sum that is left is an
// ordinary contraction. Derivatives of such sums are such sums again, with another index free.

import {
  type Dim,
  evaluateScalar,
  type Expr,
  HamError,
  type Index,
  isLit,
  type Reduce,
} from "@hamlet/graph";
import type { Value } from "./instruction.ts";
import { type AxisMoves, grid } from "./axis-moves.ts";

/** `Σ coefficient · position + constant` */
interface Linear {
  readonly terms: ReadonlyMap<Index, number>;
  readonly constant: number;
}

/** An index whose place follows from others; null is "there is no such place". */
interface Tie {
  readonly index: Index;
  readonly others: readonly Index[];
  readonly place: (at: readonly number[]) => number | null;
}

/** A guarded sum with its ties solved. */
export interface Shifts {
  readonly ties: readonly Tie[];
  /** What is left of the guard. */
  readonly rest: readonly Expr[];
}

/** The ties of a guarded reduction; null when its guard has none. */
export function findShifts(
  { over, where, body }: Reduce,
  sizeOf: (index: Index) => number,
  sizes: ReadonlyMap<Dim, number> | undefined,
): Shifts | null {
  if (where === null) return null;
  const ties: Tie[] = [];
  const rest: Expr[] = [];
  for (const part of conjuncts(where)) {
    const tie = tieOf(part, over, body, ties, sizeOf, sizes);
    if (tie === null) rest.push(part);
    else ties.push(tie);
  }
  return ties.length === 0 ? null : { ties, rest };
}

function conjuncts(expr: Expr): readonly Expr[] {
  return expr.kind === "apply" && expr.op === "and" ? expr.args.flatMap(conjuncts) : [expr];
}

function tieOf(
  expr: Expr,
  over: readonly Index[],
  body: Expr,
  earlier: readonly Tie[],
  sizeOf: (index: Index) => number,
  sizes: ReadonlyMap<Dim, number> | undefined,
): Tie | null {
  if (expr.kind !== "apply" || expr.op !== "eq") return null;
  const [left, right] = expr.args.map((side) => linearOf(side, sizes));
  if (left === null || right === null) return null;
  const terms = new Map(left.terms);
  for (const [index, factor] of right.terms) terms.set(index, (terms.get(index) ?? 0) - factor);
  for (const [index, factor] of terms) if (factor === 0) terms.delete(index);
  const constant = left.constant - right.constant;
  // An index that another tie already uses cannot be solved for any more.
  const taken = new Set(earlier.flatMap((tie) => [tie.index, ...tie.others]));
  const candidates = [...terms.keys()].filter(
    (index) => over.includes(index) && body.free.includes(index) && !taken.has(index),
  );
  if (candidates.length === 0) return null;
  const growth = (index: Index) =>
    [...terms.keys()].reduce((n, other) => (other === index ? n : n * sizeOf(other)), 1) /
    sizeOf(index);
  const index = candidates.reduce((best, other) => (growth(other) < growth(best) ? other : best));
  const others = [...terms.keys()]
    .filter((other) => other !== index)
    .sort((a, b) => Number(over.includes(a)) - Number(over.includes(b)));
  const factors = others.map((other) => terms.get(other)!);
  const divisor = -terms.get(index)!;
  const size = sizeOf(index);
  return {
    index,
    others,
    place(at) {
      const place = (constant + at.reduce((sum, p, k) => sum + p * factors[k], 0)) / divisor;
      return Number.isInteger(place) && place >= 0 && place < size ? place : null;
    },
  };
}

function linearOf(expr: Expr, sizes: ReadonlyMap<Dim, number> | undefined): Linear | null {
  if (expr.free.length === 0) {
    const constant = constantOf(expr, sizes);
    return constant === null ? null : { terms: new Map(), constant };
  }
  if (expr.kind === "position") return { terms: new Map([[expr.index, 1]]), constant: 0 };
  if (expr.kind !== "apply" || (expr.op !== "add" && expr.op !== "mul")) return null;
  const parts = expr.args.map((arg) => linearOf(arg, sizes));
  if (parts.some((part) => part === null)) return null;
  const known = parts as Linear[];
  if (expr.op === "add") {
    const terms = new Map<Index, number>();
    for (const part of known) {
      for (const [index, factor] of part.terms) {
        terms.set(index, (terms.get(index) ?? 0) + factor);
      }
    }
    return { terms, constant: known.reduce((sum, { constant }) => sum + constant, 0) };
  }
  const varying = known.filter(({ terms }) => terms.size > 0);
  if (varying.length !== 1) return null;
  const factor = known.reduce((n, part) => (part.terms.size > 0 ? n : n * part.constant), 1);
  return {
    terms: new Map([...varying[0].terms].map(([index, own]) => [index, own * factor])),
    constant: varying[0].constant * factor,
  };
}

function constantOf(expr: Expr, sizes: ReadonlyMap<Dim, number> | undefined): number | null {
  if (isLit(expr)) return expr.value;
  try {
    return evaluateScalar(expr, sizes === undefined ? {} : { sizes });
  } catch (error) {
    if (HamError.isInstance(error)) return null;
    throw error;
  }
}

/**
 * `value` with its tied indices replaced by those that they follow from; `outside` is what it
 * holds where there is no such place. A value without tied indices stays as it is.
 */
export function shifted(
  moves: AxisMoves,
  value: Value,
  ties: readonly Tie[],
  outside: number,
): Value {
  const own = ties.filter((tie) => value.axes.includes(tie.index));
  if (own.length === 0) return value;
  const others = [...new Set(own.flatMap((tie) => tie.others))];
  const read = value.axes.filter(
    (index) => others.includes(index) || own.some((tie) => tie.index === index),
  );
  // Read in the middle of what is not read where the axes lie side by side; else at the end.
  const first = value.axes.indexOf(read[0]);
  const together = read.every((index, i) => value.axes[first + i] === index);
  const lead = together
    ? value.axes.slice(0, first)
    : value.axes.filter((index) => !read.includes(index));
  const tail = together ? value.axes.slice(first + read.length) : [];
  const summedLast = own.flatMap((tie) => tie.others);
  const order = [...others].sort((a, b) => summedLast.indexOf(a) - summedLast.indexOf(b));

  const sizes = read.map((index) => moves.size(index));
  const all = sizes.reduce((a, b) => a * b, 1);
  let missing = false;
  const offsets = grid(order.map((index) => moves.size(index))).map((point) => {
    const at = (index: Index) => {
      const tie = own.find((other) => other.index === index);
      if (tie === undefined) return point[order.indexOf(index)];
      return tie.place(tie.others.map((other) => point[order.indexOf(other)]));
    };
    const places = read.map(at);
    if (places.includes(null)) {
      missing = true;
      return all;
    }
    return places.reduce<number>((offset, place, axis) => offset * sizes[axis] + place!, 0);
  });

  const { builder } = moves;
  let slot = moves.grouped(value, [lead, read, tail]);
  const [before, , after] = builder.shape(slot);
  if (missing) slot = builder.emit("pad", [slot], [outside], [before, all + 1, after]);
  const indices = builder.emit("indices", [], offsets, [offsets.length]);
  const picked = builder.emit("take", [slot, indices], [], [before, offsets.length, after]);
  return moves.ungrouped(picked, [...lead, ...order, ...tail]);
}
