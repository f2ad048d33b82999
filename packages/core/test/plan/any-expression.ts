// Random well-typed expressions over the tensors of setting.ts.
//
// Conditions compare only entries, positions and literals, which float32 holds exactly, so that a
// rounding error never decides which side of a jump a result is on.

import {
  add,
  apply,
  type Dim,
  div,
  type Expr,
  get,
  type Index,
  lit,
  makeIndex,
  mul,
  neg,
  position,
  pow,
  reduce,
  type ReduceOp,
  select,
  size,
  softmax,
  sub,
  time,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { type GeneratorValue } from "fast-check";
import { runReference } from "../../conformance/reference-run.ts";
import type { Setting } from "../../conformance/setting.ts";
import {
  A,
  alone,
  B,
  beta,
  bias,
  C,
  cube,
  cue,
  h,
  known,
  ONE,
  pair,
  v,
  w,
  weight,
  xi,
} from "../../conformance/world.ts";

const TENSORS = [v, w, h, alone, known, cue, xi, pair, cube, beta, weight, bias];
const DIMS = [A, B, C, ONE];
const SMOOTH = ["tanh", "sigmoid", "softplus", "logcosh", "sin", "cos", "abs", "relu"] as const;
const RELATIONS = ["eq", "ne", "lt", "le"] as const;
const REDUCTIONS: readonly ReduceOp[] = ["sum", "sum", "sum", "max", "min", "prod", "logsumexp"];

/** Draws expressions from a generator of fast-check. */
export class ExpressionSource {
  readonly #draw: GeneratorValue;
  #names = 0;

  constructor(draw: GeneratorValue) {
    this.#draw = draw;
  }

  /** An index of a name of its own. */
  index(dim: Dim): Index {
    return makeIndex(`i${this.#names++}`, dim);
  }

  dim(): Dim {
    return this.#pick(DIMS);
  }

  /** An expression that may use the indices `scope`. */
  expression(scope: readonly Index[], depth: number): Expr {
    if (depth <= 0) return this.#leaf(scope);
    const part = () => this.expression(scope, depth - 1);
    switch (this.#number(10)) {
      case 0:
        return this.#leaf(scope);
      case 1:
        return apply(this.#pick(SMOOTH), part());
      case 2:
        return add(part(), part(), part());
      case 3:
        return sub(part(), part());
      case 4:
        return mul(part(), part());
      case 5:
        return this.#power(part());
      case 6:
        return apply(this.#pick(["max", "min"] as const), part(), part());
      case 7:
        return select(this.#condition(scope, 1), part(), part());
      case 8:
        return this.#softmax(scope, depth);
      default:
        return this.#reduction(scope, depth);
    }
  }

  #power(base: Expr): Expr {
    const positive = add(pow(base, lit(2)), lit(0.5));
    switch (this.#number(7)) {
      case 0:
        return pow(base, lit(2));
      case 1:
        return pow(base, lit(3));
      case 2:
        return pow(positive, lit(this.#pick([0.5, -0.5, -1, -2, 1.5])));
      case 3:
        return div(base, positive);
      case 4:
        return apply("log", positive);
      case 5:
        return apply("sqrt", positive);
      default:
        return apply("exp", apply("tanh", base));
    }
  }

  #reduction(scope: readonly Index[], depth: number): Expr {
    const over = Array.from({ length: 1 + this.#number(2) }, () => this.index(this.dim()));
    const inner = [...scope, ...over];
    const body = this.expression(inner, depth - 1);
    const guarded = this.#number(3) === 0 && over.some((index) => body.free.includes(index));
    return reduce(this.#pick(REDUCTIONS), over, body, guarded ? this.#condition(inner, 1) : null);
  }

  #softmax(scope: readonly Index[], depth: number): Expr {
    if (scope.length === 0) return this.#leaf(scope);
    const body = this.expression(scope, depth - 1);
    const index = this.#pick(scope);
    if (this.#number(3) > 0) return softmax([index], body);
    // One entry always counts: the graph takes a softmax to sum to 1.
    const counts = apply("or", apply("eq", position(index), lit(0)), this.#condition(scope, 1));
    return softmax([index], body, counts);
  }

  #condition(scope: readonly Index[], depth: number): Expr {
    const exact = () => this.#leaf(scope, true);
    if (depth > 0) {
      const part = () => this.#condition(scope, depth - 1);
      switch (this.#number(8)) {
        case 0:
          return apply("not", part());
        case 1:
          return apply("and", part(), part());
        case 2:
          return apply("or", part(), exact());
        case 3:
          return exact();
      }
    }
    return apply(this.#pick(RELATIONS), exact(), exact());
  }

  #leaf(scope: readonly Index[], exact = false): Expr {
    switch (this.#number(exact ? 6 : 8)) {
      case 0:
        return lit(this.#pick([-2, -0.5, 0.25, 1, 3]));
      case 1:
        return scope.length > 0 ? position(this.#pick(scope)) : lit(1);
      case 6:
        return neg(size(this.dim()));
      case 7:
        return time();
      default:
        return this.#entry(scope);
    }
  }

  #entry(scope: readonly Index[]): Expr {
    const tensor = this.#pick(TENSORS);
    const at = tensor.axes.map((dim) => {
      const fitting = scope.filter((index) => index.dim === dim);
      return fitting.length > 0 && this.#number(6) > 0 ? this.#pick(fitting) : 0;
    });
    return get(tensor, at);
  }

  #number(below: number): number {
    return this.#draw(fc.nat, { max: below - 1 });
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#number(from.length)];
  }
}

/** Beyond this, float32 rounding alone can pass the tolerance of a comparison. */
const MODERATE = 30;

function parts(expr: Expr, found = new Set<Expr>()): Set<Expr> {
  if (found.has(expr)) return found;
  found.add(expr);
  if (expr.kind === "apply") for (const arg of expr.args) parts(arg, found);
  if (expr.kind === "select") {
    for (const part of [expr.condition, expr.whenTrue, expr.whenFalse]) parts(part, found);
  }
  if (expr.kind === "reduce" || expr.kind === "softmax") parts(expr.body, found);
  return found;
}

/** Whether every part of an expression stays small enough for float32 to be held to a tolerance. */
export function moderate(expr: Expr, setting: Setting): boolean {
  const outputs = [...parts(expr)].map((part, k) => ({
    name: `${k}`,
    value: part,
    indices: part.free,
    batched: true,
  }));
  const values = [...runReference(outputs, setting).values()].flat();
  return values.every((x) => Math.abs(x) < MODERATE);
}
