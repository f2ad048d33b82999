// Looks for a chord that lies below its function: the plain proof that something is not convex.

import { type Environment, evaluateScalar, sizeOfDim } from "../expr/evaluate.ts";
import { HamError } from "../error.ts";
import type { Dim, Expr, Tensor } from "../expr/types.ts";
import { makeDraws, type Draws } from "./draws.ts";
import type { Interval } from "./interval.ts";
import { type Facts, makeRanges } from "./range.ts";
import { tensorsIn } from "../expr/depends.ts";
import { eachPart } from "../expr/parts.ts";

/** Two points whose middle lies above the chord: `f(a) + f(b) < 2 f((a + b) / 2)`. */
export interface CounterExample {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly atA: number;
  readonly atB: number;
  readonly atMiddle: number;
  /** The entries of the other tensors. */
  readonly others: ReadonlyMap<Tensor, readonly number[]>;
}

/** How a chord test searches. */
export interface ChordTestOptions {
  /** Default 10 000. */
  readonly points?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Sizes of dims that are not known; default 2 for each. */
  readonly sizes?: ReadonlyMap<Dim, number>;
  readonly facts?: Facts;
}

/**
 * Searches random chords of the scalar `expr` as a function of `tensor`; null when all lie above.
 * Other tensors are drawn too, inside their ranges.
 */
export function chordTest(
  expr: Expr,
  tensor: Tensor,
  { points = 10_000, seed = 1, sizes = new Map(), facts = new Map() }: ChordTestOptions = {},
): CounterExample | null {
  const draws = makeDraws(seed);
  const range = makeRanges(facts);
  const known = completeSizes(expr, tensor, sizes);
  const others = [...tensorsIn([expr])].filter((other) => other !== tensor);
  const lengthOf = ({ axes }: Tensor) =>
    axes.reduce((total, dim) => total * sizeOfDim(dim, { sizes: known }), 1);
  const length = lengthOf(tensor);
  let best: CounterExample | null = null;
  let last = points;
  for (let k = 0; k < last; k++) {
    const values = new Map(
      others.map((other): [Tensor, readonly number[]] => {
        const inside = range({ kind: "get", tensor: other, at: [], free: [] });
        return [other, Array.from({ length: lengthOf(other) }, () => drawn(inside, draws))];
      }),
    );
    const at = (entries: readonly number[]) =>
      valueAt(expr, { sizes: known, tensors: new Map([...values, [tensor, entries]]) });
    const scale = [0.1, 1, 10][k % 3];
    const a = Array.from({ length }, () => scale * draws.normal());
    const b = Array.from({ length }, () => scale * draws.normal());
    const broken = [rounded(a, b, 0), rounded(a, b, 1), { a, b }]
      .map(({ a, b }) => chord(a, b, at, values))
      .find((found) => found !== null);
    if (broken === undefined) continue;
    // The first is proof enough; a few more points may give one that is easier to see.
    if (best === null) last = Math.min(points, k + 60);
    if (best === null || gap(broken) > gap(best)) best = broken;
  }
  return best;
}

/** How far the chord lies below, for the size of the values. */
function gap({ atA, atB, atMiddle }: CounterExample): number {
  return (2 * atMiddle - atA - atB) / (1 + Math.abs(atA) + Math.abs(atB) + Math.abs(atMiddle));
}

function chord(
  a: readonly number[],
  b: readonly number[],
  at: (entries: readonly number[]) => number,
  others: ReadonlyMap<Tensor, readonly number[]>,
): CounterExample | null {
  const [atA, atB] = [at(a), at(b)];
  const atMiddle = at(a.map((x, i) => (x + b[i]) / 2));
  const tolerance = 1e-9 * (1 + Math.abs(atA) + Math.abs(atB) + Math.abs(atMiddle));
  // A value that is not finite decides nothing.
  return atA + atB < 2 * atMiddle - tolerance && Number.isFinite(atMiddle)
    ? { a, b, atA, atB, atMiddle, others }
    : null;
}

/** The same two points with few digits, which are easier to check by hand. */
function rounded(a: readonly number[], b: readonly number[], digits: number) {
  const round = (x: number) => Number(x.toFixed(digits));
  return { a: a.map(round), b: b.map(round) };
}

function drawn({ low, high }: Interval, draws: Draws): number {
  if (Number.isFinite(low) && Number.isFinite(high)) return low + (high - low) * draws.uniform();
  const far = Math.abs(draws.normal());
  if (Number.isFinite(low)) return low + far;
  return Number.isFinite(high) ? high - far : draws.normal();
}

function valueAt(expr: Expr, environment: Environment): number {
  return evaluateScalar(expr, environment);
}

/** The given sizes, and 2 for every dim that nothing says the size of. */
function completeSizes(
  expr: Expr,
  tensor: Tensor,
  sizes: ReadonlyMap<Dim, number>,
): Map<Dim, number> {
  const complete = new Map(sizes);
  const visitDim = (dim: Dim): void => {
    if (complete.has(dim)) return;
    try {
      sizeOfDim(dim, { sizes: complete });
    } catch (error) {
      if (!HamError.isInstance(error)) throw error;
      complete.set(dim, 2);
    }
  };
  tensor.axes.forEach(visitDim);
  eachPart([expr], (node) => {
    if (node.kind === "size") visitDim(node.dim);
    if (node.kind === "get") node.tensor.axes.forEach(visitDim);
    if (node.kind === "position") visitDim(node.index.dim);
    if (node.kind === "reduce" || node.kind === "softmax") {
      node.over.forEach(({ dim }) => visitDim(dim));
    }
  });
  return complete;
}
