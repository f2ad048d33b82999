// Where an energy has a value and yet no slope: a root of something that can be 0.
//
// The table of domains says where that may be; the derivative itself decides. A root that is squared
// again has left it, and does not count.

import { makePartKeys } from "../rewrite/canonical.ts";
import { dependsOn } from "../expr/depends.ts";
import { indicesOf } from "../expr/dim.ts";
import { gradients } from "../rewrite/differentiate.ts";
import { isLit } from "../expr/expr.ts";
import type { Expr, Tensor } from "../expr/types.ts";
import { domainOf } from "./domain.ts";
import type { Interval } from "./interval.ts";
import { type Facts, makeRanges } from "./range.ts";
import { eachPart } from "../expr/parts.ts";

/** A part of an expression that has a value where its slope is infinite. */
export interface SlopeRisk {
  readonly node: Expr;
  readonly op: "sqrt" | "power";
  readonly argument: Expr;
  /** What is known of the argument. */
  readonly range: Interval;
}

/** Every part of the scalar `expr` whose slope by one of `tensors` may be infinite at a value. */
export function checkSlopes(
  expr: Expr,
  tensors: ReadonlySet<Tensor>,
  facts: Facts = new Map(),
): SlopeRisk[] {
  const range = makeRanges(facts);
  const risks: SlopeRisk[] = [];
  const judge = (node: Expr): void => {
    const { op, argument, value, slope } = domainOf(node, range);
    if ((op !== "sqrt" && op !== "power") || argument === null) return;
    const known = range(argument);
    const atRisk = slope !== null && !slope.holds(known) && value?.holds(known) !== false;
    if (atRisk && dependsOn(argument, tensors)) risks.push({ node, op, argument, range: known });
  };
  eachPart([expr], (node) => !isGuarded(node, tensors), judge);
  if (risks.length === 0) return [];
  // Derivatives name the indices anew.
  const keyOf = makePartKeys();
  const divided = new Set(divisors(expr, tensors).map(keyOf));
  return risks.filter((risk) => divided.has(keyOf(risk.node)) || divided.has(keyOf(risk.argument)));
}

/** What the slopes of `expr` divide by. */
function divisors(expr: Expr, tensors: ReadonlySet<Tensor>): Expr[] {
  const targets = [...tensors].map((tensor) => ({ tensor, at: indicesOf(tensor.axes) }));
  const found: Expr[] = [];
  const note = (node: Expr): void => {
    if (node.kind !== "apply" || node.op !== "pow") return;
    const [base, exponent] = node.args;
    if (!isLit(exponent) || exponent.value < 0) found.push(base);
  };
  eachPart(gradients(expr, targets), () => true, note);
  return found;
}

/** Whoever chooses by the value of a unit may have left 0 out. */
function isGuarded(node: Expr, tensors: ReadonlySet<Tensor>): boolean {
  if (node.kind === "select") return dependsOn(node.condition, tensors);
  return node.kind === "reduce" && node.where !== null && dependsOn(node.where, tensors);
}
