// Polynomials in the entries of a few tensors: an expression as a sum of products.

import { dependsOn, type Expr, type Get, lit, mul, type Tensor } from "@hamlet/graph";

/** `coefficient · Π entries`. The coefficient's factors do not depend on the tensors. */
export interface Monomial {
  readonly factors: readonly Expr[];
  readonly entries: readonly Get[];
}

/** More products than this are not worth writing out. */
const MOST = 32;

/** `expr` as a sum of products of entries of `tensors`; null when it is no (small) polynomial. */
export function monomials(expr: Expr, tensors: ReadonlySet<Tensor>): Monomial[] | null {
  if (!dependsOn(expr, tensors)) return [{ factors: [expr], entries: [] }];
  if (expr.kind === "get") return [{ factors: [], entries: [expr] }];
  if (expr.kind !== "apply") return null;
  switch (expr.op) {
    case "add": {
      const parts = expr.args.map((arg) => monomials(arg, tensors));
      return parts.includes(null) ? null : bounded((parts as Monomial[][]).flat());
    }
    case "mul":
      return expr.args.reduce<Monomial[] | null>(
        (product, arg) => times(product, monomials(arg, tensors)),
        [{ factors: [], entries: [] }],
      );
    case "pow": {
      const [base, exponent] = expr.args;
      const n = exponent.kind === "lit" ? exponent.value : Number.NaN;
      if (!Number.isInteger(n) || n < 1 || n > 4) return null;
      const power = monomials(base, tensors);
      let product = power;
      for (let i = 1; i < n; i++) product = times(product, power);
      return product;
    }
    default:
      return null;
  }
}

function times(a: Monomial[] | null, b: Monomial[] | null): Monomial[] | null {
  if (a === null || b === null) return null;
  return bounded(
    a.flatMap((left) =>
      b.map((right) => ({
        factors: [...left.factors, ...right.factors],
        entries: [...left.entries, ...right.entries],
      })),
    ),
  );
}

function bounded(all: Monomial[]): Monomial[] | null {
  return all.length > MOST ? null : all;
}

/** The product of a monomial as an expression. */
export function product({ factors, entries }: Monomial): Expr {
  return mul(lit(1), ...factors, ...entries);
}
