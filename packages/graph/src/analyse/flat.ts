// Where is an energy flat because a part of it holds a value: the floor of a `max`, a `relu` at 0, a
// guard that leaves nothing?
//
// The answers are conditions, to be evaluated at a state. They are about the formula as it is
// written: a gradient that is 0 because its parts cancel, as at the bottom of a well, is not flat.

import { dependsOn, moves } from "../expr/depends.ts";
import { gradient } from "../rewrite/differentiate.ts";
import { indicesOf } from "../expr/dim.ts";
import { add, apply, children, get, isValue, lit, mul, neg, select } from "../expr/expr.ts";
import { isCondition, type ScalarFunction } from "../expr/scalar-functions.ts";
import { replaceGets, replaceParts, substituteIndices } from "../rewrite/substitute.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Expr, Get, Index, Tensor } from "../expr/types.ts";
import { and, FALSE, not, or, somewhere, somewhereIn, TRUE, truth } from "./conditions.ts";
import { type Facts, makeRanges } from "./range.ts";

/** A part of an expression that can hold a value whatever its arguments do. */
export interface Hold {
  readonly node: Expr;
  /** `max` and `relu` have a floor, `min` a ceiling; a guard is a `where`, or one of two branches. */
  readonly kind: "floor" | "ceiling" | "guard";
  /** 1 where it holds in every entry. */
  readonly holds: Expr;
  /**
   * 1 where it holds the whole expression above what it could be: a plateau. Else this is the
   * minimum of the expression, as of a penalty that is nowhere due. A floor or ceiling is tried, entry
   * by entry: would the expression fall if it let go a little? A guard says nothing about beyond; there
   * the lowest value that the expression may have decides, as far as that is known.
   */
  readonly plateau: Expr;
  /** The parts around it that can hold too. */
  readonly within: readonly Expr[];
}

/** Where an expression does not change with a tensor because some of its parts hold. */
export interface Flatness {
  /** 1 where its gradient is exactly 0 in every entry, for that reason alone. */
  readonly flat: Expr;
  readonly holds: readonly Hold[];
}

/**
 * Where a scalar expression is flat in `tensor`; null where nothing in it can make it so.
 *
 * `max(a, c)` with c free of the tensor passes nothing on where a < c, `relu(a)` where a ≤ 0, a
 * reduction where its `where` leaves nothing out of which a gradient could come, and a product where
 * another of its factors is held at 0.
 * @param isFree - 1 where an entry of the tensor may change; by default all may.
 */
export function flatnessOf(
  expr: Expr,
  tensor: Tensor,
  { facts = new Map(), isFree }: { facts?: Facts; isFree?: (entry: Get) => Expr } = {},
): Flatness | null {
  const parts = new Parts(new Set([tensor]), facts, isFree);
  const holds = parts.holdsIn(expr);
  if (holds.length === 0) return null;
  const flat = not(parts.alive(expr));
  return isValue(flat, 0) ? null : { flat, holds };
}

class Parts {
  readonly #tensors: ReadonlySet<Tensor>;
  readonly #facts: Facts;
  readonly #isFree: ((entry: Get) => Expr) | undefined;
  readonly #alive = new Map<Expr, Expr>();
  readonly #free = new Map<Expr, Expr>();
  readonly #canHold = new Map<Expr, boolean>();

  constructor(tensors: ReadonlySet<Tensor>, facts: Facts, isFree?: (entry: Get) => Expr) {
    this.#tensors = tensors;
    this.#facts = facts;
    this.#isFree = isFree;
  }

  moves(expr: Expr): boolean {
    return dependsOn(expr, this.#tensors);
  }

  /** 1 where a change of the tensor reaches the value of `expr`, as far as holds decide. */
  alive(expr: Expr): Expr {
    let result = this.#alive.get(expr);
    if (result === undefined) {
      result = this.moves(expr) ? this.#aliveOf(expr) : FALSE;
      this.#alive.set(expr, result);
    }
    return result;
  }

  #aliveOf(node: Expr): Expr {
    switch (node.kind) {
      case "apply": {
        const [a, b] = node.args;
        const each = node.args.map((arg) => this.alive(arg));
        if (node.op === "mul") {
          const passes = node.args.map((arg, i) =>
            this.canHold(arg) ? or(each[i], apply("ne", arg, lit(0))) : TRUE,
          );
          return each
            .map((own, i) => passes.reduce((all, pass, k) => (k === i ? all : and(all, pass)), own))
            .reduce(or);
        }
        if (node.op === "relu") return and(each[0], apply("lt", lit(0), a));
        if (node.op === "max") {
          return or(and(each[0], apply("le", b, a)), and(each[1], apply("le", a, b)));
        }
        if (node.op === "min") {
          return or(and(each[0], apply("le", a, b)), and(each[1], apply("le", b, a)));
        }
        return isStepped(node.op) ? FALSE : each.reduce(or);
      }
      case "select":
        return select(node.condition, this.alive(node.whenTrue), this.alive(node.whenFalse));
      case "reduce":
      case "softmax":
        return somewhereIn(node.over, node.where, this.alive(node.body));
      case "get":
        return this.#isFree?.(node) ?? TRUE;
      default:
        return TRUE;
    }
  }

  /** 1 where `expr` reads an entry of the tensor that may change, whatever holds. */
  free(expr: Expr): Expr {
    if (this.#isFree === undefined) return TRUE;
    if (!this.moves(expr)) return FALSE;
    let result = this.#free.get(expr);
    if (result === undefined) {
      if (expr.kind === "get") result = this.#isFree(expr);
      else {
        const any = children(expr)
          .map((child) => this.free(child))
          .reduce(or, FALSE);
        const binds = expr.kind === "reduce" || expr.kind === "softmax";
        result = binds ? somewhere(expr.over, any) : any;
      }
      this.#free.set(expr, result);
    }
    return result;
  }

  canHold(expr: Expr): boolean {
    let result = this.#canHold.get(expr);
    if (result === undefined) {
      result =
        this.moves(expr) &&
        (this.#holdOf(expr) !== null || children(expr).some((child) => this.canHold(child)));
      this.#canHold.set(expr, result);
    }
    return result;
  }

  /** Every part of `root` that can hold, outermost first. */
  holdsIn(root: Expr): Hold[] {
    const found: Hold[] = [];
    const lowest = lit(makeRanges(this.#facts)(root).low);
    const seen = new Set<Expr>();
    const visit = (node: Expr, reached: Expr, within: readonly Expr[]): void => {
      if (seen.has(node) || !this.moves(node)) return;
      seen.add(node);
      const hold = this.#holdOf(node);
      if (hold !== null) {
        const { kind, held, release } = hold;
        const free = this.free(node);
        const loose = and(and(reached, not(held)), free);
        found.push({
          node,
          kind,
          holds: not(somewhere(loose.free, loose)),
          plateau:
            release === null
              ? apply("lt", lowest, root)
              : lowers(root, node, { release, where: and(held, free) }),
          within,
        });
      }
      const around = hold === null ? within : [...within, node];
      if (node.kind === "reduce" || node.kind === "softmax") {
        visit(node.body, and(reached, truth(node.where)), around);
      } else if (node.kind === "select") {
        visit(node.whenTrue, and(reached, truth(node.condition)), around);
        visit(node.whenFalse, and(reached, not(truth(node.condition))), around);
      } else for (const child of children(node)) visit(child, reached, around);
    };
    visit(root, TRUE, []);
    return found;
  }

  /** When a part holds, and, but for guards, the way that it would go if it let go, and how far. */
  #holdOf(node: Expr): { kind: Hold["kind"]; held: Expr; release: Expr | null } | null {
    if (node.kind === "apply") {
      const [a, b] = node.args;
      if (node.op === "relu") {
        return { kind: "floor", held: apply("le", a, lit(0)), release: lit(1) };
      }
      if (node.op !== "max" && node.op !== "min") return null;
      const [moving, still] = this.moves(a) ? [a, b] : [b, a];
      if (this.moves(still)) return null;
      const size = select(apply("eq", still, lit(0)), lit(1), apply("abs", still));
      return node.op === "max"
        ? { kind: "floor", held: apply("lt", moving, still), release: size }
        : { kind: "ceiling", held: apply("lt", still, moving), release: neg(size) };
    }
    if (node.kind === "select") {
      const { condition, whenTrue, whenFalse } = node;
      if (this.moves(whenTrue) === this.moves(whenFalse)) return null;
      const chosen = truth(condition);
      const held = this.moves(whenTrue) ? not(chosen) : chosen;
      return { kind: "guard", held, release: null };
    }
    if (node.kind === "reduce" && node.where !== null && this.moves(node.body)) {
      const held = not(somewhere(node.over, truth(node.where)));
      return { kind: "guard", held, release: null };
    }
    return null;
  }
}

/** A little, as a part of a release. Powers of it may be 0 in float32; then the whole is asked. */
const LITTLE = 1 / 16;

/** 1 where `root` would fall if `part` let go in some entry that `where` counts. */
function lowers(
  root: Expr,
  part: Expr,
  { release, where }: { readonly release: Expr; readonly where: Expr },
): Expr {
  const stand = makeTensor(
    "part",
    "activation",
    part.free.map(({ dim }) => dim),
  );
  const lifted = replaceParts(root, (node) => (node === part ? get(stand, part.free) : null));
  const at = indicesOf(stand.axes);
  const slope = gradient(lifted, stand, at);
  const here = (expr: Expr, indices: readonly (Index | number)[]) =>
    substituteIndices(expr, new Map(part.free.map((index, axis) => [index, indices[axis]])));
  const fall = (share: number, by: Expr = slope) =>
    mul(
      here(release, at),
      replaceGets(by, (node) =>
        node.tensor === stand ? here(add(part, mul(lit(share), release)), node.at) : null,
      ),
    );
  const little = fall(LITTLE);
  const alone = select(apply("eq", little, lit(0)), fall(1), little);
  // Factors that are held at 0 together hide each other's slope: then all let go.
  const together = replaceParts(slope, released);
  const way =
    together === slope ? alone : select(apply("eq", alone, lit(0)), fall(LITTLE, together), alone);
  return somewhere(at, and(here(where, at), apply("lt", way, lit(0))));
}

/** A floor or ceiling of units, a little beyond where it holds; null for any other part. */
function released(node: Expr): Expr | null {
  if (node.kind !== "apply" || !moves(node)) return null;
  const [a, b] = node.args;
  const lifted = (held: Expr, by: number) => add(node, mul(lit(by * LITTLE), held));
  if (node.op === "relu") return lifted(apply("le", a, lit(0)), 1);
  if (node.op !== "max" && node.op !== "min") return null;
  const [moving, still] = moves(a) ? [a, b] : [b, a];
  if (moves(still)) return null;
  return node.op === "max"
    ? lifted(apply("lt", moving, still), 1)
    : lifted(apply("lt", still, moving), -1);
}

/** Functions without a slope, whatever their arguments. */
function isStepped(op: ScalarFunction): boolean {
  return op === "step" || op === "sign" || op === "ceil" || isCondition(op);
}
