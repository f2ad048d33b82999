// Where a function may be asked for a value it does not have: `log` of 0, a root of something
// negative, a division by 0.

import { children, isLit } from "../expr.ts";
import type { Expr } from "../types.ts";
import { excludesZero, type Interval, isNonNegative, isPositive } from "./interval.ts";
import { type Facts, makeRanges } from "./range.ts";

/** An argument that may leave the domain of its function. */
export interface DomainRisk {
  readonly node: Expr;
  readonly op: "log" | "sqrt" | "division" | "power";
  readonly argument: Expr;
  /** What is known of the argument. */
  readonly range: Interval;
}

/** Every `log`, root, division and power in `expr` whose argument may be outside its domain. */
export function checkDomains(expr: Expr, facts: Facts = new Map()): DomainRisk[] {
  const range = makeRanges(facts);
  const risks: DomainRisk[] = [];
  const seen = new Set<Expr>();
  const visit = (node: Expr): void => {
    if (seen.has(node)) return;
    seen.add(node);
    children(node).forEach(visit);
    if (node.kind !== "apply") return;
    const [argument, exponent] = node.args;
    const report = (op: DomainRisk["op"], fine: boolean) => {
      if (!fine) risks.push({ node, op, argument, range: range(argument) });
    };
    if (node.op === "log") report("log", isPositive(range(argument)));
    if (node.op === "sqrt") report("sqrt", isNonNegative(range(argument)));
    if (node.op !== "pow") return;
    const n = range(exponent);
    const whole = isLit(exponent) && Number.isInteger(exponent.value);
    if (whole && n.low < 0) report("division", excludesZero(range(argument)));
    if (!whole) {
      const x = range(argument);
      report("power", n.low < 0 ? isPositive(x) : isNonNegative(x));
    }
  };
  visit(expr);
  return risks;
}
