// Where is an energy flat because a part of it holds a value: the floor of a `max`, a `relu` at 0, a
// guard that leaves nothing?
//
// The answers are conditions, to be evaluated at a state. They are about the formula as it is
// written: a gradient that is 0 because its parts cancel, as at the bottom of a well, is not flat.

import { dependsOn } from "../depends.ts";
import { add, apply, children, isValue, lit, neg, select } from "../expr.ts";
import { isCondition, type ScalarFunction } from "../scalar-functions.ts";
import { replaceParts } from "../substitute.ts";
import type { Expr, Tensor } from "../types.ts";
import { and, FALSE, not, or, somewhere, TRUE, truth } from "./conditions.ts";
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
   * minimum of the expression, as of a penalty that is nowhere due. A floor or ceiling is tried: would
   * the expression be lower if it let go? A guard says nothing about beyond; there the lowest value
   * that the expression may have decides, as far as that is known.
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
 * `max(a, c)` with c free of the tensor passes nothing on where a < c, `relu(a)` where a ≤ 0, and a
 * reduction where its `where` leaves nothing out of which a gradient could come.
 */
export function flatnessOf(expr: Expr, tensor: Tensor, facts: Facts = new Map()): Flatness | null {
  const parts = new Parts(new Set([tensor]), facts);
  const holds = parts.holdsIn(expr);
  if (holds.length === 0) return null;
  const flat = not(parts.alive(expr));
  return isValue(flat, 0) ? null : { flat, holds };
}

class Parts {
  readonly #tensors: ReadonlySet<Tensor>;
  readonly #facts: Facts;
  readonly #alive = new Map<Expr, Expr>();

  constructor(tensors: ReadonlySet<Tensor>, facts: Facts) {
    this.#tensors = tensors;
    this.#facts = facts;
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
        return somewhere(node.over, and(truth(node.where), this.alive(node.body)));
      default:
        return TRUE;
    }
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
        const { kind, held, released } = hold;
        const loose = and(reached, not(held));
        found.push({
          node,
          kind,
          holds: not(somewhere(loose.free, loose)),
          plateau: released === null ? apply("lt", lowest, root) : lowers(root, node, released),
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

  /** When a part holds, and, but for guards, the part as it would be if it let go a little. */
  #holdOf(node: Expr): { kind: Hold["kind"]; held: Expr; released: Expr | null } | null {
    if (node.kind === "apply") {
      const [a, b] = node.args;
      if (node.op === "relu") {
        return { kind: "floor", held: apply("le", a, lit(0)), released: add(node, lit(1)) };
      }
      if (node.op !== "max" && node.op !== "min") return null;
      const [moving, still] = this.moves(a) ? [a, b] : [b, a];
      if (this.moves(still)) return null;
      const size = select(apply("eq", still, lit(0)), lit(1), apply("abs", still));
      return node.op === "max"
        ? { kind: "floor", held: apply("lt", moving, still), released: add(node, size) }
        : {
            kind: "ceiling",
            held: apply("lt", still, moving),
            released: add(node, neg(size)),
          };
    }
    if (node.kind === "select") {
      const { condition, whenTrue, whenFalse } = node;
      if (this.moves(whenTrue) === this.moves(whenFalse)) return null;
      const chosen = truth(condition);
      const held = this.moves(whenTrue) ? not(chosen) : chosen;
      return { kind: "guard", held, released: null };
    }
    if (node.kind === "reduce" && node.where !== null && this.moves(node.body)) {
      const held = not(somewhere(node.over, truth(node.where)));
      return { kind: "guard", held, released: null };
    }
    return null;
  }
}

/** 1 where `root` is lower with `released` in place of `part`. */
function lowers(root: Expr, part: Expr, released: Expr): Expr {
  const lifted = replaceParts(root, (node) => (node === part ? released : null));
  return apply("lt", lifted, root);
}

/** Functions without a slope, whatever their arguments. */
function isStepped(op: ScalarFunction): boolean {
  return op === "step" || op === "sign" || op === "ceil" || isCondition(op);
}
