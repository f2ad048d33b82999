// How each scalar function differentiates.
//
// The set is closed: every derivative is again made of scalar functions and `select`, so the
// differentiator can be applied any number of times.

import { apply, lit, mul, neg, pow, select, sub } from "../expr/expr.ts";
import { type ScalarFunction } from "../expr/scalar-functions.ts";
import type { Expr } from "../expr/types.ts";

type Rule = (args: readonly Expr[], self: Expr) => readonly (Expr | null)[];

const flat: Rule = (args) => args.map(() => null);

function unary(derivative: (x: Expr, self: Expr) => Expr): Rule {
  return ([x], self) => [derivative(x, self)];
}

/** 1 where `b` is the smaller, and half where the two tie, so that they share as in JAX. */
function larger(a: Expr, b: Expr): Expr {
  return select(apply("eq", a, b), lit(0.5), apply("lt", b, a));
}

/**
 * Partial derivatives of `self = f(args)`, one for every argument, null where it is 0 everywhere.
 * At a kink (`relu`, `abs` at 0) the derivative is 0.
 */
export const DERIVATIVES: Readonly<Record<ScalarFunction, Rule>> = {
  add: (args) => args.map(() => lit(1)),
  mul: (args) => args.map((_, i) => mul(...args.filter((__, j) => j !== i))),
  pow: ([x, n], self) => [
    mul(n, pow(x, sub(n, lit(1)))),
    n.kind === "lit" ? null : select(apply("eq", x, lit(0)), lit(0), mul(self, apply("log", x))),
  ],
  exp: unary((_, self) => self),
  log: unary((x) => pow(x, lit(-1))),
  sqrt: unary((_, self) => mul(lit(0.5), pow(self, lit(-1)))),
  abs: unary((x) => apply("sign", x)),
  sign: flat,
  relu: unary((x) => apply("step", x)),
  step: flat,
  softplus: unary((x) => apply("sigmoid", x)),
  sigmoid: unary((_, self) => mul(self, sub(lit(1), self))),
  logcosh: unary((x) => apply("tanh", x)),
  tanh: unary((_, self) => sub(lit(1), pow(self, lit(2)))),
  sin: unary((x) => apply("cos", x)),
  cos: unary((x) => neg(apply("sin", x))),
  ceil: flat,
  max: ([a, b]) => [larger(a, b), larger(b, a)],
  min: ([a, b]) => [larger(b, a), larger(a, b)],
  eq: flat,
  ne: flat,
  lt: flat,
  le: flat,
  and: flat,
  or: flat,
  not: flat,
};
