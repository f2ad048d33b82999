// The parts of an expression, and what every pass over expressions is made of: one visit, one
// fold, one rewriting. Expressions are shared, so each looks at a part once, however often it stands.

import { apply, children, reduce, select, softmax } from "./expr.ts";
import type { Expr, Index } from "./types.ts";

/**
 * The same operation on other parts, in the order of {@link children}, made by its constructor; a
 * binder walks `over`. What has no parts stays as it is.
 */
export function withChildren(expr: Expr, parts: readonly Expr[], over?: readonly Index[]): Expr {
  switch (expr.kind) {
    case "apply":
      return apply(expr.op, ...parts);
    case "select":
      return select(parts[0], parts[1], parts[2]);
    case "reduce":
      return reduce(expr.op, over ?? expr.over, parts[0], parts[1] ?? null);
    case "softmax":
      return softmax(over ?? expr.over, parts[0], parts[1] ?? null);
    default:
      return expr;
  }
}

/** The same operation on what `change` makes of its parts; `expr` itself where nothing changes. */
export function mapChildren(expr: Expr, change: (part: Expr) => Expr): Expr {
  const before = children(expr);
  const after = before.map(change);
  return after.every((part, i) => part === before[i]) ? expr : withChildren(expr, after);
}

/**
 * A value for every part, computed once: `compute` asks `of` for the values of whatever other parts
 * it needs.
 */
export function makeFold<Value>(
  compute: (part: Expr, of: (other: Expr) => Value) => Value,
): (expr: Expr) => Value {
  const done = new Map<Expr, { readonly value: Value }>();
  const of = (part: Expr): Value => {
    let known = done.get(part);
    if (known === undefined) done.set(part, (known = { value: compute(part, of) }));
    return known.value;
  };
  return of;
}

/**
 * Visits every part of the expressions once. `enter` comes before the parts inside, and keeps out of
 * them by returning false; `leave` comes after them.
 */
export function eachPart(
  exprs: readonly Expr[],
  enter: (part: Expr) => boolean | void,
  leave?: (part: Expr) => void,
): void {
  const seen = new Set<Expr>();
  const visit = (part: Expr): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (enter(part) === false) return;
    children(part).forEach(visit);
    leave?.(part);
  };
  exprs.forEach(visit);
}
