// Between which numbers an expression lies, whatever the data: interval arithmetic on the graph.
//
// Element types, bounds, known constants and sizes supply the leaves. The result is a promise, not
// an estimate: it may be too wide, never too narrow.

import { indicesOf } from "../expr/dim.ts";
import { gradient } from "../rewrite/differentiate.ts";
import type { EnergyGraph } from "../model/energy-graph.ts";
import { SCALAR_FUNCTIONS } from "../expr/scalar-functions.ts";
import type { Apply, Dim, Expr, Index, Reduce, Tensor } from "../expr/types.ts";
import { declaredRange } from "./admit.ts";
import { entropyIn, entropyRange } from "./entropy.ts";
import {
  ABOVE_ZERO,
  absolute,
  AT_LEAST_ZERO,
  both,
  EVERYTHING,
  excludesZero,
  hull,
  increasing,
  type Interval,
  interval,
  isNonNegative,
  isNonPositive,
  isPositive,
  negated,
  plus,
  point,
  times,
} from "./interval.ts";

/** What is known of tensors beyond their declarations. */
export type Facts = ReadonlyMap<Tensor, Interval>;

/** Computes ranges; parts that were asked for are remembered. */
export type Ranges = (expr: Expr) => Interval;

/** A function that gives the range of expressions, given facts about tensors. */
export function makeRanges(facts: Facts = new Map()): Ranges {
  const done = new Map<Expr, Interval>();
  const range = (expr: Expr): Interval => {
    let result = done.get(expr);
    if (result === undefined) {
      result = rangeOfNode(expr, range, facts);
      done.set(expr, result);
    }
    return result;
  };
  return range;
}

/**
 * What a graph says about its tensors: constants keep their value unless a schedule moves them,
 * and an activation lies in the range of its Lagrangian's slope, or where a clamp holds it.
 */
export function factsOf({ neurons, recalls }: EnergyGraph): Facts {
  const scheduled = recalls.flatMap(({ schedules }) =>
    schedules.map(({ tensor }) => [tensor, declaredRange(tensor)] as const),
  );
  const facts = new Map(scheduled);
  const range = makeRanges(new Map(scheduled));
  for (const { lagrangian, state, activation, before, axes } of neurons) {
    facts.set(activation, range(gradient(lagrangian, state, indicesOf(axes))));
    facts.set(before, facts.get(activation)!);
  }
  // A layer that is held at a value has that value as its activation, whatever its Lagrangian.
  for (const { neuron, where, value } of recalls.flatMap(({ clamps }) => clamps)) {
    if (where !== null || value === null) continue;
    facts.set(neuron.activation, hull(facts.get(neuron.activation)!, range(value)));
    facts.set(neuron.before, facts.get(neuron.activation)!);
  }
  return facts;
}

/**
 * What may be assumed of every entry of a tensor: its declared range, and for a const also the
 * value of its formula. Whoever takes entries for a tensor checks both.
 */
export function assumedRange(tensor: Tensor, range: Ranges = makeRanges()): Interval {
  const declared = declaredRange(tensor);
  if (tensor.kind === "const" && tensor.source?.from === "entries") {
    const { entries } = tensor.source;
    const [low, high] = [Math.min, Math.max].map((pick) => entries.reduce((a, b) => pick(a, b)));
    return both(interval(low, high), declared);
  }
  if (tensor.kind !== "const" || tensor.source?.from !== "value") return declared;
  return both(range(tensor.source.value), declared);
}

function sizeRange(dim: Dim, range: Ranges): Interval {
  return dim.size === null ? interval(1, Infinity) : both(range(dim.size), interval(1, Infinity));
}

function rangeOfNode(expr: Expr, range: Ranges, facts: Facts): Interval {
  switch (expr.kind) {
    case "lit":
      return point(expr.value);
    case "size":
      return sizeRange(expr.dim, range);
    case "time":
      return interval(0, 1);
    case "position": {
      const { high } = sizeRange(expr.index.dim, range);
      return interval(0, high - 1);
    }
    case "get":
      return facts.get(expr.tensor) ?? assumedRange(expr.tensor, range);
    case "select":
      return hull(range(expr.whenTrue), range(expr.whenFalse));
    case "softmax":
      return interval(0, 1, { lowOpen: expr.where === null });
    case "reduce":
      return rangeOfReduce(expr, range);
    case "apply":
      return rangeOfApply(expr, range);
  }
}

/** How many entries a reduction has. */
function countOf(over: readonly Index[], where: Expr | null, range: Ranges): Interval {
  const all = over.map((index) => sizeRange(index.dim, range)).reduce(times, point(1));
  return where === null ? all : interval(0, all.high, { highOpen: all.highOpen });
}

function rangeOfReduce({ op, over, body, where }: Reduce, range: Ranges): Interval {
  const x = range(body);
  const count = countOf(over, where, range);
  switch (op) {
    case "sum":
      return times(count, x);
    case "prod": {
      if (x.low >= 0 && x.high <= 1) return interval(0, 1, { lowOpen: isPositive(x) });
      if (x.low >= -1 && x.high <= 1) return interval(-1, 1);
      if (isPositive(x)) return ABOVE_ZERO;
      return isNonNegative(x) ? AT_LEAST_ZERO : EVERYTHING;
    }
    case "max":
      return where === null ? x : hull(x, interval(-Infinity, x.low));
    case "min":
      return where === null ? x : hull(x, interval(x.high, Infinity));
    case "logsumexp":
      return plus(x, interval(Math.log(count.low), Math.log(count.high)));
  }
}

/** Functions that never decrease, are defined everywhere and, but for the jumps, are not flat. */
const INCREASING: ReadonlySet<string> = new Set([
  "exp",
  "sign",
  "step",
  "softplus",
  "sigmoid",
  "tanh",
  "ceil",
]);

/** Values that a function comes near but does not reach. */
const LIMITS: Partial<Record<Apply["op"], Interval>> = {
  exp: ABOVE_ZERO,
  softplus: ABOVE_ZERO,
  sigmoid: interval(0, 1, { lowOpen: true, highOpen: true }),
  tanh: interval(-1, 1, { lowOpen: true, highOpen: true }),
};

function rangeOfApply({ op, args }: Apply, range: Ranges): Interval {
  const parts = args.map(range);
  const [x, y] = parts;
  const { evaluate } = SCALAR_FUNCTIONS[op];
  if (INCREASING.has(op)) {
    // A jump is made at a point, so a closed end stays closed and an open one may be reached.
    const jumps = op === "sign" || op === "step" || op === "ceil";
    const image = jumps ? interval(evaluate(x.low), evaluate(x.high)) : increasing(evaluate, x);
    return both(image, LIMITS[op] ?? EVERYTHING);
  }
  switch (op) {
    case "add":
      return parts.reduce(plus);
    case "mul":
      return rangeOfProduct(args, range);
    case "pow":
      return rangeOfPower(x, y);
    case "log":
      return isNonNegative(x) ? increasing(Math.log, x) : EVERYTHING;
    case "sqrt":
      return isNonNegative(x) ? increasing(Math.sqrt, x) : AT_LEAST_ZERO;
    case "abs":
      return absolute(x);
    case "relu":
      // Flat below 0, so an open end there is reached after all.
      return interval(Math.max(x.low, 0), Math.max(x.high, 0), {
        lowOpen: x.low >= 0 && x.lowOpen,
        highOpen: x.high > 0 && x.highOpen,
      });
    case "logcosh":
      return increasing(evaluate, absolute(x));
    case "sin":
    case "cos":
      return interval(-1, 1);
    case "max":
    case "min":
      return interval(evaluate(x.low, y.low), evaluate(x.high, y.high), {
        lowOpen: openAt(x, y, "low", evaluate),
        highOpen: openAt(x, y, "high", evaluate),
      });
    default:
      return interval(0, 1);
  }
}

function rangeOfProduct(factors: readonly Expr[], range: Ranges): Interval {
  const pair = entropyIn(factors);
  if (pair === null || !isNonNegative(range(pair[0]))) return factors.map(range).reduce(times);
  const rest = factors.filter((factor) => !pair.includes(factor));
  const entropy = entropyRange(range(pair[0]));
  return rest.length === 0 ? entropy : times(entropy, rangeOfProduct(rest, range));
}

/** Whether the end that wins is open; where both are equal one of them must be reached. */
function openAt(
  x: Interval,
  y: Interval,
  end: "low" | "high",
  pick: (a: number, b: number) => number,
): boolean {
  const winner = pick(x[end], y[end]);
  return [x, y].every((part) => part[end] !== winner || part[`${end}Open`]);
}

function rangeOfPower(x: Interval, n: Interval): Interval {
  if (n.low !== n.high) {
    if (x.low >= 1 && isNonNegative(n)) return interval(1, Infinity);
    if (isPositive(x)) return ABOVE_ZERO;
    return isNonNegative(x) ? AT_LEAST_ZERO : EVERYTHING;
  }
  const exponent = n.low;
  const to = (value: number) => value ** exponent;
  if (exponent >= 0) {
    if (exponent % 2 === 0) return increasing(to, absolute(x));
    if (exponent % 2 === 1 || isNonNegative(x)) return increasing(to, x);
    return AT_LEAST_ZERO;
  }
  const mirrored = isNonPositive(x) && exponent % 2 === 0 ? negated(x) : x;
  if (isNonNegative(mirrored)) {
    const { low, high, lowOpen, highOpen } = mirrored;
    return interval(to(high), to(low), { lowOpen: highOpen, highOpen: lowOpen });
  }
  if (exponent % 2 === 0) return ABOVE_ZERO;
  if (isNonPositive(x) && excludesZero(x)) {
    return negated(rangeOfPower(negated(x), n));
  }
  return EVERYTHING;
}
