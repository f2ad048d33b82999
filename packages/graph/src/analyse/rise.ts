// How fast an expression certainly rises as a layer runs away: E ≥ c |x̂|^q − C with c > 0.
//
// This is what can hold a fall of another part of the energy: |x̂|² − x̂₀ has a floor, although
// −x̂₀ has none. Energies come apart into the parts of their sums; every part is judged alone.

import { dependsOn, moves } from "../expr/depends.ts";
import { mul, reduce } from "../expr/expr.ts";
import type { Apply, Expr, Get, Reduce, Tensor } from "../expr/types.ts";
import { excludesZero, isNonNegative, isPositive } from "./interval.ts";
import type { Ranges } from "./range.ts";

/** Energies of more parts than this stay whole. */
const MOST = 200;

/** The parts that an energy is a sum of, through sums over indices and fixed factors. */
export function addendsOf(energy: Expr, growing: ReadonlySet<Tensor>): readonly Expr[] {
  const done = new Map<Expr, readonly Expr[]>();
  const visit = (expr: Expr): readonly Expr[] => {
    let parts = done.get(expr);
    if (parts === undefined) {
      const found = split(expr);
      parts = found.length > MOST ? [expr] : found;
      done.set(expr, parts);
    }
    return parts;
  };
  const split = (expr: Expr): readonly Expr[] => {
    if (expr.kind === "reduce" && expr.op === "sum") {
      const parts = visit(expr.body);
      if (parts.length === 1) return [expr];
      return parts.map((part) => reduce("sum", expr.over, part, expr.where));
    }
    if (expr.kind !== "apply") return [expr];
    if (expr.op === "add") return expr.args.flatMap(visit);
    if (expr.op !== "mul") return [expr];
    const moving = expr.args.filter((arg) => dependsOn(arg, growing));
    if (moving.length !== 1) return [expr];
    const fixed = expr.args.filter((arg) => arg !== moving[0]);
    const parts = visit(moving[0]);
    return parts.length === 1 ? [expr] : parts.map((part) => mul(...fixed, part));
  };
  return visit(energy);
}

/** The largest q that is known, of one part of an energy without free indices; 0 for none. */
export function riseOf(energy: Expr, layer: Tensor, range: Ranges): number {
  return remembering((expr, rise) => {
    if (expr.kind === "reduce") return expr.op === "sum" ? riseOfSum(expr, layer, range) : 0;
    return expr.kind === "apply" ? riseThrough(expr, range, rise) : 0;
  })(energy);
}

/** Parts may be shared, and are judged once. */
function remembering(judge: (expr: Expr, rise: (part: Expr) => number) => number) {
  const done = new Map<Expr, number>();
  const rise = (expr: Expr): number => {
    let result = done.get(expr);
    if (result === undefined) {
      result = judge(expr, rise);
      done.set(expr, result);
    }
    return result;
  };
  return rise;
}

/** A sum over every unit of the layer rises like one of its units. */
function riseOfSum({ over, where, body }: Reduce, layer: Tensor, range: Ranges): number {
  if (where !== null || !Number.isFinite(range(body).low)) return 0;
  const isEntry = (node: Expr): node is Get =>
    node.kind === "get" &&
    node.tensor === layer &&
    node.at.every((index) => typeof index !== "number" && over.includes(index)) &&
    new Set(node.at).size === node.at.length;
  /** x̂ᵢ + c: its absolute value rises like that of the unit. */
  const isShiftedEntry = (node: Expr): boolean => {
    if (isEntry(node)) return true;
    if (node.kind !== "apply") return false;
    const moving = node.args.filter((arg) => dependsOn(arg, new Set([layer])));
    if (moving.length !== 1 || !isShiftedEntry(moving[0])) return false;
    const others = node.args.filter((arg) => arg !== moving[0]);
    if (node.op === "add") return !others.some(moves);
    return node.op === "mul" && others.every((arg) => isAwayFromZero(arg, range));
  };
  const visit = remembering((node, rise) => {
    if (node.kind !== "apply") return 0;
    const [inner, exponent] = node.args;
    const size = node.op === "abs" || node.op === "logcosh";
    if (size && isShiftedEntry(inner)) return 1;
    if (node.op === "pow" && exponent.kind === "lit" && exponent.value > 0) {
      if (exponent.value % 2 === 0 && isShiftedEntry(inner)) return exponent.value;
    }
    return riseThrough(node, range, rise);
  });
  return visit(body);
}

/** Functions and fixed factors that keep a rise. */
function riseThrough({ op, args }: Apply, range: Ranges, rise: (part: Expr) => number): number {
  const [x, y] = args;
  switch (op) {
    case "add": {
      const top = Math.max(...args.map(rise));
      const [rising] = args.filter((arg) => rise(arg) === top);
      const held = args.every((arg) => arg === rising || Number.isFinite(range(arg).low));
      return held ? top : 0;
    }
    case "mul": {
      const rising = args.filter((arg) => rise(arg) > 0);
      const fixed = args.filter((arg) => !rising.includes(arg));
      const kept = rising.length === 1 && fixed.every((arg) => isKept(arg, range));
      return kept ? rise(rising[0]) : 0;
    }
    case "pow":
      if (y.kind !== "lit" || y.value <= 0 || !isNonNegative(range(x))) return 0;
      return y.value * rise(x);
    case "sqrt":
      return rise(x) / 2;
    case "abs":
    case "relu":
    case "softplus":
    case "exp":
      return rise(x);
    case "max":
      return Math.max(rise(x), rise(y));
    default:
      return 0;
  }
}

/** A factor that does not move, and is above 0 whatever the data: the least of finitely many is too. */
function isKept(factor: Expr, range: Ranges): boolean {
  return !moves(factor) && isPositive(range(factor));
}

function isAwayFromZero(factor: Expr, range: Ranges): boolean {
  return !moves(factor) && excludesZero(range(factor));
}
