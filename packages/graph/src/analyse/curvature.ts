// Disciplined convexity: how an expression curves in the entries of one tensor.
//
// Composition rules on the graph (Grant, Boyd & Ye, "Disciplined convex programming", 2006), with
// ranges for signs, and four rules more: a norm √(Σ aᵢ² + ε) of affine aᵢ; the logarithm of
// something log-convex; an expression that sees the tensor through one scalar only, which is
// composed as g(u); and, where g is smooth, the range of g″.

import { makeKeys } from "../rewrite/canonical.ts";
import { contains } from "../expr/depends.ts";
import { gradient } from "../rewrite/differentiate.ts";
import { apply, children, get } from "../expr/expr.ts";
import { replaceParts } from "../rewrite/substitute.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Apply, Expr, Tensor } from "../expr/types.ts";
import { checkDomains } from "./domain.ts";
import { isNonNegative, isNonPositive } from "./interval.ts";
import {
  type Curvature,
  compose,
  flipped,
  isConvex,
  join,
  powerShape,
  type Shape,
  shapeOf,
} from "./shape.ts";
import { type Facts, makeRanges, type Ranges } from "./range.ts";

/** A curvature, and for an unknown one the innermost expression that the rules cannot judge. */
export interface CurvatureResult {
  readonly curvature: Curvature;
  readonly culprit: Culprit | null;
}

/** Why a curvature is unknown. */
export interface Culprit {
  readonly expr: Expr;
  /** `sign`: a factor that may be negative or positive; `curvature`: it bends both ways. */
  readonly because: "sign" | "curvature";
}

/** The curvature of `expr` in the entries of `tensor`; of several, in all of them jointly. */
export function curvatureOf(
  expr: Expr,
  tensor: Tensor | readonly Tensor[],
  facts: Facts = new Map(),
): CurvatureResult {
  const tensors = "kind" in tensor ? [tensor] : tensor;
  return new Curvatures(new Set(tensors), facts).result(expr);
}

const SMOOTH: ReadonlySet<string> = new Set([
  "add",
  "mul",
  "pow",
  "exp",
  "log",
  "sqrt",
  "softplus",
  "sigmoid",
  "logcosh",
  "tanh",
  "sin",
  "cos",
]);

class Curvatures {
  readonly #tensors: ReadonlySet<Tensor>;
  readonly #facts: Facts;
  readonly #range: Ranges;
  readonly #done = new Map<Expr, Curvature>();
  readonly #depends = new Map<Expr, boolean>();
  readonly #blamed = new Map<Expr, Culprit>();
  readonly #opensWindows: boolean;

  constructor(tensors: ReadonlySet<Tensor>, facts: Facts, opensWindows = true) {
    this.#opensWindows = opensWindows;
    this.#tensors = tensors;
    this.#facts = facts;
    this.#range = makeRanges(facts);
  }

  result(expr: Expr): CurvatureResult {
    const curvature = this.of(expr);
    return { curvature, culprit: curvature === "unknown" ? this.#culprit(expr) : null };
  }

  of(expr: Expr): Curvature {
    let result = this.#done.get(expr);
    if (result === undefined) {
      result = this.#judge(expr);
      if (result === "unknown") result = this.#throughOneScalar(expr);
      this.#done.set(expr, result);
    }
    return result;
  }

  #dependsOn(expr: Expr): boolean {
    let result = this.#depends.get(expr);
    if (result === undefined) {
      result =
        (expr.kind === "get" && this.#tensors.has(expr.tensor)) ||
        children(expr).some((child) => this.#dependsOn(child));
      this.#depends.set(expr, result);
    }
    return result;
  }

  #judge(expr: Expr): Curvature {
    if (!this.#dependsOn(expr)) return "constant";
    switch (expr.kind) {
      case "get":
        return "affine";
      case "select":
        return this.#dependsOn(expr.condition)
          ? "unknown"
          : join([this.of(expr.whenTrue), this.of(expr.whenFalse)]);
      case "reduce": {
        if (expr.where !== null && this.#dependsOn(expr.where)) return "unknown";
        const body = this.of(expr.body);
        if (expr.op === "sum") return body;
        if (expr.op === "min") return compose({ curvature: "concave", slope: "up" }, body);
        return expr.op === "prod" ? "unknown" : compose({ curvature: "convex", slope: "up" }, body);
      }
      case "apply":
        return this.#apply(expr);
      default:
        return "unknown";
    }
  }

  #apply(expr: Apply): Curvature {
    const { op, args } = expr;
    const [x] = args;
    switch (op) {
      case "add":
        return join(args.map((arg) => this.of(arg)));
      case "mul":
        return this.#product(expr);
      case "max":
        return join(args.map((arg) => compose({ curvature: "convex", slope: "up" }, this.of(arg))));
      case "min":
        return join(
          args.map((arg) => compose({ curvature: "concave", slope: "up" }, this.of(arg))),
        );
      case "pow":
        return this.#power(expr);
      case "sqrt":
        if (this.#isSumOfSquares(x)) return "convex";
        return compose({ curvature: "concave", slope: "up" }, this.of(x));
      case "log":
        if (this.#isLogConvex(x)) return "convex";
        return compose({ curvature: "concave", slope: "up" }, this.of(x));
      default:
        return compose(shapeOf(op, this.#range(x)), this.of(x));
    }
  }

  #product({ args }: Apply): Curvature {
    const moving = args.filter((arg) => this.#dependsOn(arg));
    if (moving.length !== 1) return "unknown";
    const curvature = this.of(moving[0]);
    const scale = args.filter((arg) => arg !== moving[0]);
    const sign = this.#range(apply("mul", ...scale));
    if (curvature === "affine" || isNonNegative(sign)) return curvature;
    return isNonPositive(sign) ? flipped(curvature) : "unknown";
  }

  #power({ args: [base, exponent] }: Apply): Curvature {
    if (this.#dependsOn(exponent)) return "unknown";
    const n = this.#range(exponent);
    const half = n.low === 0.5 && n.high === 0.5;
    if (half && this.#isSumOfSquares(base)) return "convex";
    return compose(powerShape(n, this.#range(base)), this.of(base));
  }

  /** A sum of squares of affine expressions and constants ≥ 0, with factors ≥ 0. */
  #isSumOfSquares(expr: Expr): boolean {
    if (!this.#dependsOn(expr)) return isNonNegative(this.#range(expr));
    if (expr.kind === "reduce") {
      const fixed = expr.where === null || !this.#dependsOn(expr.where);
      return expr.op === "sum" && fixed && this.#isSumOfSquares(expr.body);
    }
    if (expr.kind !== "apply") return false;
    const { op, args } = expr;
    if (op === "add") return args.every((arg) => this.#isSumOfSquares(arg));
    if (op === "pow") {
      const square = args[1].kind === "lit" && args[1].value === 2;
      return square && this.of(args[0]) === "affine";
    }
    if (op !== "mul") return false;
    // (c·a)² is written c² a²: every moving factor but one would make it more than a square.
    const moving = args.filter((arg) => this.#dependsOn(arg));
    const scale = apply("mul", ...args.filter((arg) => !this.#dependsOn(arg)));
    return (
      moving.length === 1 && isNonNegative(this.#range(scale)) && this.#isSumOfSquares(moving[0])
    );
  }

  /** Positive, with a convex logarithm. Sums, products and positive powers keep that. */
  #isLogConvex(expr: Expr): boolean {
    if (!this.#dependsOn(expr)) return isNonNegative(this.#range(expr));
    if (expr.kind === "reduce") {
      const fixed = expr.where === null || !this.#dependsOn(expr.where);
      return (expr.op === "sum" || expr.op === "prod") && fixed && this.#isLogConvex(expr.body);
    }
    if (expr.kind !== "apply") return false;
    const { op, args } = expr;
    switch (op) {
      case "exp":
        return isConvex(this.of(args[0]));
      case "add":
      case "mul":
        return args.every((arg) => this.#isLogConvex(arg));
      case "pow":
        return (
          !this.#dependsOn(args[1]) &&
          isNonNegative(this.#range(args[1])) &&
          this.#isLogConvex(args[0])
        );
      default:
        return false;
    }
  }

  /**
   * g(u), where the tensor is seen through the scalar u alone: convex when g is convex and u is
   * affine, or g is also monotonic the right way on the range of u. The slope of g and, where g is
   * smooth, its bend are read off the ranges of its symbolic derivatives.
   */
  #throughOneScalar(expr: Expr): Curvature {
    if (!this.#opensWindows || expr.kind !== "apply") return "unknown";
    const keyOf = makeKeys();
    const key = (node: Expr) => keyOf(node, expr.free);
    for (const inner of this.#windows(expr, key)) {
      const u = makeTensor("u", "state");
      const g = replaced(expr, inner, get(u), key);
      const curvature = this.of(inner);
      if (curvature === "unknown" || this.#dependsOn(g)) continue;
      const facts = new Map([...this.#facts, [u, this.#range(inner)]]);
      const result = compose(shapeIn(g, u, facts), curvature);
      if (result !== "unknown") return result;
    }
    return "unknown";
  }

  /** The scalars below `expr`, nearest first, that only functions of scalars separate from it. */
  #windows(expr: Expr, keyOf: (node: Expr) => string): Expr[] {
    const found = new Map<string, Expr>();
    const visit = (node: Expr): void => {
      const key = keyOf(node);
      if (!this.#dependsOn(node) || found.has(key)) return;
      if (node !== expr) found.set(key, node);
      if (node.kind === "apply") node.args.forEach(visit);
    };
    visit(expr);
    return [...found.values()];
  }

  #culprit(expr: Expr): Culprit {
    let culprit = this.#blamed.get(expr);
    if (culprit === undefined) {
      culprit = this.#blame(expr);
      this.#blamed.set(expr, culprit);
    }
    return culprit;
  }

  #blame(expr: Expr): Culprit {
    const inner = children(expr).find((child) => this.of(child) === "unknown");
    if (inner !== undefined) return this.#culprit(inner);
    if (expr.kind === "apply" && expr.op === "mul") {
      const moving = expr.args.filter((arg) => this.#dependsOn(arg));
      const scale = expr.args.find((arg) => {
        const sign = this.#range(arg);
        return !this.#dependsOn(arg) && !isNonNegative(sign) && !isNonPositive(sign);
      });
      if (moving.length === 1 && scale !== undefined) return { expr: scale, because: "sign" };
    }
    if (expr.kind === "apply" && (expr.op === "log" || expr.op === "sqrt")) {
      const scale = this.#signless(expr.args[0]);
      if (scale !== null) return { expr: scale, because: "sign" };
    }
    if (expr.kind === "apply" && expr.op === "add") {
      const concave = expr.args.find((arg) => this.of(arg) === "concave");
      if (concave !== undefined) return { expr: concave, because: "curvature" };
    }
    return { expr, because: "curvature" };
  }

  /** A factor of unknown sign inside a sum, or null. */
  #signless(expr: Expr): Expr | null {
    if (!this.#dependsOn(expr)) {
      const sign = this.#range(expr);
      return isNonNegative(sign) || isNonPositive(sign) ? null : expr;
    }
    if (expr.kind === "reduce") return this.#signless(expr.body);
    if (expr.kind !== "apply" || (expr.op !== "add" && expr.op !== "mul")) return null;
    return expr.args.reduce<Expr | null>((found, arg) => found ?? this.#signless(arg), null);
  }
}

/** The bend and slope of g in the scalar tensor `u`. */
function shapeIn(g: Expr, u: Tensor, facts: Facts): Shape {
  const range = makeRanges(facts);
  const slope = gradient(g, u, []);
  const rises = isNonNegative(range(slope));
  const falls = isNonPositive(range(slope));
  return {
    curvature: bendIn(g, u, slope, facts),
    slope: rises ? "up" : falls ? "down" : "both",
  };
}

function bendIn(g: Expr, u: Tensor, slope: Expr, facts: Facts): Shape["curvature"] {
  const known = new Curvatures(new Set([u]), facts, false).of(g);
  if (isConvex(known)) return "convex";
  if (known === "concave") return known;
  // A pole in the range would join two convex pieces to something that is not convex.
  if (!isSmooth(g) || checkDomains(g, facts).length > 0) return "unknown";
  const second = makeRanges(facts)(gradient(slope, u, []));
  if (isNonNegative(second)) return "convex";
  return isNonPositive(second) ? "concave" : "unknown";
}

/** Made of functions that have a second derivative everywhere in their domain. */
function isSmooth(expr: Expr): boolean {
  return !contains(
    expr,
    (node) => node.kind === "select" || (node.kind === "apply" && !SMOOTH.has(node.op)),
  );
}

/** `expr` with `inner`, wherever functions of scalars lead to it, replaced. */
function replaced(expr: Expr, inner: Expr, by: Expr, keyOf: (node: Expr) => string): Expr {
  const wanted = keyOf(inner);
  return replaceParts(expr, (node) => {
    if (keyOf(node) === wanted) return by;
    return node.kind === "apply" ? null : node;
  });
}
