// Conditions that only hold where they have an answer.
//
// A comparison with what is no number (NaN) is false, so its negation is true: `not x > 0.5` would hold
// of an x that is nothing. Here a comparison without an answer fails, negated or not.

import { apply, lit, reduce, select, softmax } from "../expr/expr.ts";
import { makeFold, mapChildren } from "../expr/parts.ts";
import { isCondition } from "../expr/scalar-functions.ts";
import type { Expr } from "../expr/types.ts";

/**
 * The same condition with its negations taken inwards to the comparisons, as `x <= 0.5` for
 * `not x > 0.5`. What is computed from a comparison without an answer, such as a sum where it holds,
 * is no number either.
 */
export function decided(condition: Expr): Expr {
  const numberOf = makeFold(withoutGuesses);
  const judge = (expr: Expr, wanted: boolean): Expr => {
    if (expr.kind !== "apply" || !isCondition(expr.op)) {
      const x = numberOf(expr);
      return wanted ? apart(x, lit(0)) : apply("eq", x, lit(0));
    }
    const [first, second] = expr.args;
    if (expr.op === "not") return judge(first, !wanted);
    if (expr.op === "and" || expr.op === "or") {
      const op = wanted ? expr.op : expr.op === "and" ? "or" : "and";
      return apply(op, judge(first, wanted), judge(second, wanted));
    }
    const [a, b] = [numberOf(first), numberOf(second)];
    switch (expr.op) {
      case "lt":
        return wanted ? apply("lt", a, b) : apply("le", b, a);
      case "le":
        return wanted ? apply("le", a, b) : apply("lt", b, a);
      default:
        return (expr.op === "eq") === wanted ? apply("eq", a, b) : apart(a, b);
    }
  };
  return judge(condition, true);
}

/** Different numbers. */
function apart(a: Expr, b: Expr): Expr {
  return apply("or", apply("lt", a, b), apply("lt", b, a));
}

/** `value` where all of `parts` are numbers. */
function whereKnown(parts: readonly Expr[], value: Expr): Expr {
  const open = parts.filter(({ kind }) => kind !== "lit");
  return open.reduce((inner, part) => select(apply("eq", part, part), inner, lit(NaN)), value);
}

function withoutGuesses(expr: Expr, of: (part: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "apply": {
      const mapped = mapChildren(expr, of);
      const guesses = isCondition(expr.op) || expr.op === "step";
      return guesses ? whereKnown(expr.args.map(of), mapped) : mapped;
    }
    case "select": {
      const condition = of(expr.condition);
      return whereKnown([condition], select(condition, of(expr.whenTrue), of(expr.whenFalse)));
    }
    case "reduce":
    case "softmax": {
      if (expr.where === null) return mapChildren(expr, of);
      const where = of(expr.where);
      const body = whereKnown([where], of(expr.body));
      const counted = apply("ne", where, lit(0));
      return expr.kind === "reduce"
        ? reduce(expr.op, expr.over, body, counted)
        : softmax(expr.over, body, counted);
    }
    default:
      return expr;
  }
}
