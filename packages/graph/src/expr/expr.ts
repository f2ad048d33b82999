// The expression language of the energy graph: pointful mathematics with typed indices.
//
// Every expression is a number that may depend on free indices. Expressions are immutable and
// shared, so all passes remember what they did per object. The functions here are the only way
// to build one: they fold constants, flatten sums and products and pull factors out of sums, so
// that what a reader sees printed is already tidy.

import { HamError, invariant } from "../error.ts";
import { SCALAR_FUNCTIONS, type ScalarFunction } from "./scalar-functions.ts";
import type {
  Dim,
  Expr,
  Get,
  Index,
  Lit,
  Position,
  Reduce,
  ReduceOp,
  Select,
  Softmax,
  Tensor,
  Time,
} from "./types.ts";

const NO_INDICES: readonly Index[] = [];

function union(parts: readonly (readonly Index[])[]): readonly Index[] {
  const first = parts.find((part) => part.length > 0);
  if (first === undefined) return NO_INDICES;
  if (parts.every((part) => part.every((index) => first.includes(index)))) return first;
  return [...new Set(parts.flat())];
}

/** The number `value`. */
export function lit(value: number): Lit {
  return { kind: "lit", value, free: NO_INDICES };
}

/** The size of `dim`; a number at once when it is known. */
export function size(dim: Dim): Expr {
  return dim.size?.kind === "lit" ? dim.size : { kind: "size", dim, free: NO_INDICES };
}

/** The time of a schedule, from 0 to 1. */
export function time(): Time {
  return { kind: "time", free: NO_INDICES };
}

/** The position of `index` on its axis. */
export function position(index: Index): Position {
  return { kind: "position", index, free: [index] };
}

/** The entry of `tensor` at `at`, one index or whole number for every axis. */
export function get(tensor: Tensor, at: readonly (Index | number)[] = []): Get {
  if (at.length !== tensor.axes.length) {
    throw new HamError(
      "graph/index-count",
      `"${tensor.name}" has ${tensor.axes.length} axes [${tensor.axes.map((d) => d.name).join(", ")}] but gets ${at.length} indices. Give one for every axis.`,
    );
  }
  at.forEach((index, axis) => {
    if (typeof index !== "number" && index.dim !== tensor.axes[axis]) {
      throw new HamError(
        "graph/index-dim",
        `"${tensor.name}" has axes [${tensor.axes.map((d) => d.name).join(", ")}]: the index "${index.name}" runs over ${index.dim.name} and cannot walk ${tensor.axes[axis].name}. Use an index over ${tensor.axes[axis].name}.`,
      );
    }
  });
  const free = [...new Set(at.filter((index) => typeof index !== "number"))];
  return { kind: "get", tensor, at, free };
}

/** True when `expr` is a literal, whatever its value. */
export function isLit(expr: Expr): expr is Lit {
  return expr.kind === "lit";
}

/** True when `expr` is the literal `value`. */
export function isValue(expr: Expr, value: number): boolean {
  return expr.kind === "lit" && expr.value === value;
}

/** `f(args…)` for a scalar function; literals are folded. */
export function apply(op: ScalarFunction, ...args: Expr[]): Expr {
  if (op === "add") return add(...args);
  if (op === "mul") return mul(...args);
  if (op === "pow") return pow(args[0], args[1]);
  return rawApply(op, args);
}

function rawApply(op: ScalarFunction, args: readonly Expr[]): Expr {
  const definition = SCALAR_FUNCTIONS[op];
  invariant(
    definition.arity === null || definition.arity === args.length,
    `${op} takes ${definition.arity} arguments, got ${args.length}`,
  );
  if (args.every((arg) => arg.kind === "lit")) {
    return lit(definition.evaluate(...args.map((arg) => arg.value)));
  }
  return { kind: "apply", op, args, free: union(args.map((arg) => arg.free)) };
}

/**
 * Sums and products are flattened up to so many parts. In a chain, where every link holds the one
 * before it, flat ones would repeat all earlier links: a chain would take the square of its length,
 * and its derivative the cube.
 */
const MOST_TERMS = 32;
const MOST_FACTORS = 12;

/** The parts of a sum or product, with the parts of those among them, unless they are too many. */
function flattened(op: "add" | "mul", parts: readonly Expr[], most: number): readonly Expr[] {
  const flat = parts.flatMap((part) =>
    part.kind === "apply" && part.op === op ? part.args : part,
  );
  return flat.length > most ? parts : flat;
}

/** `a + b + …`, flattened, literals folded. */
export function add(...terms: Expr[]): Expr {
  let constant = 0;
  const rest: Expr[] = [];
  for (const term of flattened("add", terms, MOST_TERMS)) {
    if (term.kind === "lit") constant += term.value;
    else rest.push(term);
  }
  const merged = mergeTerms(rest);
  const all = constant === 0 ? merged : [...merged, lit(constant)];
  if (all.length === 0) return lit(0);
  return all.length === 1 ? all[0] : rawApply("add", all);
}

/** `x + x` is `2 x`: a sum of sums, each read twice, would else double with every step. */
function mergeTerms(terms: readonly Expr[]): readonly Expr[] {
  const counts = new Map<Expr, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  if (counts.size === terms.length) return terms;
  return [...counts].map(([term, count]) => (count === 1 ? term : mul(lit(count), term)));
}

/** `a · b · …`, flattened, literals folded into one leading factor. */
export function mul(...factors: Expr[]): Expr {
  let constant = 1;
  const rest: Expr[] = [];
  for (const factor of flattened("mul", factors, MOST_FACTORS)) {
    if (factor.kind === "lit") constant *= factor.value;
    else rest.push(factor);
  }
  if (constant === 0) return lit(0);
  const guard = rest.findIndex((f) => f.kind === "select" && isValue(f.whenFalse, 0));
  if (guard >= 0) {
    // A guard comes out of a product, so that a sum around it can become a guarded sum.
    const { condition, whenTrue } = rest[guard] as Select;
    return select(condition, mul(lit(constant), ...rest.with(guard, whenTrue)), lit(0));
  }
  const cancelled = cancelPowers(rest);
  if (cancelled.length === 0) return lit(constant);
  if (cancelled.length === 1 && constant === 1) return cancelled[0];
  return rawApply("mul", constant === 1 ? cancelled : [lit(constant), ...cancelled]);
}

/** Merges whole powers of the very same expression: `β · β⁻¹` is 1, `x · x` is `x²`. */
function cancelPowers(factors: readonly Expr[]): Expr[] {
  const powers: { base: Expr; exponent: number }[] = [];
  for (const factor of factors) {
    const whole =
      factor.kind === "apply" && factor.op === "pow" ? wholeNumber(factor.args[1]) : null;
    const base = factor.kind === "apply" && whole !== null ? factor.args[0] : factor;
    const known = powers.find((power) => sameScalar(power.base, base));
    if (known === undefined) powers.push({ base, exponent: whole ?? 1 });
    else known.exponent += whole ?? 1;
  }
  return powers
    .filter(({ exponent }) => exponent !== 0)
    .map(({ base, exponent }) => pow(base, lit(exponent)));
}

function wholeNumber(expr: Expr): number | null {
  return expr.kind === "lit" && Number.isInteger(expr.value) ? expr.value : null;
}

function sameScalar(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  if (a.kind === "get" && b.kind === "get") {
    return a.tensor === b.tensor && a.at.every((index, axis) => index === b.at[axis]);
  }
  return a.kind === "size" && b.kind === "size" && a.dim === b.dim;
}

/** `−a`. */
export function neg(a: Expr): Expr {
  return mul(lit(-1), a);
}

/** `a − b`. */
export function sub(a: Expr, b: Expr): Expr {
  return add(a, neg(b));
}

/** `a / b`. */
export function div(a: Expr, b: Expr): Expr {
  return mul(a, pow(b, lit(-1)));
}

/** `base ^ exponent`. */
export function pow(base: Expr, exponent: Expr): Expr {
  if (isValue(exponent, 1)) return base;
  if (isValue(exponent, 0)) return lit(1);
  const outer = wholeNumber(exponent);
  if (base.kind === "apply" && base.op === "pow" && outer !== null) {
    const inner = wholeNumber(base.args[1]);
    if (inner !== null) return pow(base.args[0], lit(inner * outer));
  }
  return rawApply("pow", [base, exponent]);
}

/** `whenTrue` where `condition` is not 0, else `whenFalse`. */
export function select(condition: Expr, whenTrue: Expr, whenFalse: Expr): Expr {
  if (condition.kind === "lit") return condition.value === 0 ? whenFalse : whenTrue;
  const free = union([condition.free, whenTrue.free, whenFalse.free]);
  return { kind: "select", condition, whenTrue, whenFalse, free };
}

function sizeOf(indices: readonly Index[]): Expr {
  return mul(...indices.map((index) => size(index.dim)));
}

/**
 * A reduction of `body` over `over`. Excluded entries are 0 in a sum, 1 in a product and −∞ in
 * `logsumexp`. Factors that do not use an index leave the sum; a sum of a softmax over its own
 * indices is 1.
 */
export function reduce(
  op: ReduceOp,
  over: readonly Index[],
  body: Expr,
  where: Expr | null = null,
): Expr {
  if (over.length === 0 && where === null) return body;
  if (where !== null && where.kind === "lit" && where.value !== 0) {
    return reduce(op, over, body);
  }
  if (op === "sum") {
    if (isValue(body, 0)) return body;
    if (where !== null && isValue(where, 0)) return lit(0);
    return where === null ? plainSum(over, body) : guardedSum(over, body, where);
  }
  return rawReduce(op, over, body, where);
}

function plainSum(over: readonly Index[], body: Expr): Expr {
  const unused = over.filter((index) => !body.free.includes(index));
  const used = over.filter((index) => body.free.includes(index));
  if (unused.length > 0) return mul(sizeOf(unused), plainSum(used, body));
  if (used.length === 0) return body;
  // Behind a guard that excludes every entry the softmax is 0, so only a plain one adds up to 1.
  const whole = body.kind === "softmax" && body.where === null;
  if (whole && body.over.every((index) => over.includes(index))) {
    return sizeOf(over.filter((index) => !body.over.includes(index)));
  }
  if (body.kind === "reduce" && body.op === "sum" && body.where === null) {
    return plainSum([...over, ...body.over], body.body);
  }
  return guardedSum(over, body, null);
}

/** Moves out of a sum what does not walk its indices, and moves guards of the body into it. */
function guardedSum(over: readonly Index[], body: Expr, where: Expr | null): Expr {
  const walks = (expr: Expr) => expr.free.some((index) => over.includes(index));
  if (body.kind === "select" && isValue(body.whenFalse, 0)) {
    const { condition, whenTrue } = body;
    if (!walks(condition)) return select(condition, sum(over, whenTrue, where), lit(0));
    return sum(over, whenTrue, where === null ? condition : apply("and", where, condition));
  }
  const factors = body.kind === "apply" && body.op === "mul" ? body.args : [body];
  const inside = factors.filter(walks);
  // The literal 1 stays: a guarded sum of ones counts the entries.
  if (inside.length < factors.length && !isValue(body, 1)) {
    const outside = factors.filter((factor) => !walks(factor));
    return mul(...outside, sum(over, mul(...inside), where));
  }
  return rawReduce("sum", over, body, where);
}

function rawReduce(op: ReduceOp, over: readonly Index[], body: Expr, where: Expr | null): Reduce {
  const free = union([body.free, where?.free ?? NO_INDICES]).filter(
    (index) => !over.includes(index),
  );
  return { kind: "reduce", op, over, where, body, free };
}

/** `Σ_over body`. */
export function sum(over: readonly Index[], body: Expr, where: Expr | null = null): Expr {
  return reduce("sum", over, body, where);
}

/** `log Σ_over exp(body)`. */
export function logsumexp(over: readonly Index[], body: Expr, where: Expr | null = null): Expr {
  return reduce("logsumexp", over, body, where);
}

/** The mean over the entries that count: `Σ body / Σ 1`. */
export function mean(over: readonly Index[], body: Expr, where: Expr | null = null): Expr {
  const count = where === null ? sizeOf(over) : sum(over, lit(1), where);
  return div(sum(over, body, where), count);
}

/** `exp(body) / Σ_over exp(body)`, with the indices `over` left free. */
export function softmax(over: readonly Index[], body: Expr, where: Expr | null = null): Softmax {
  const free = union([body.free, where?.free ?? NO_INDICES, over]);
  return { kind: "softmax", over, where, body, free };
}

/** The direct parts of an expression, in order. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "apply":
      return expr.args;
    case "select":
      return [expr.condition, expr.whenTrue, expr.whenFalse];
    case "reduce":
    case "softmax":
      return expr.where === null ? [expr.body] : [expr.body, expr.where];
    default:
      return [];
  }
}
