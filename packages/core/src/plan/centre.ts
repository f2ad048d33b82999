// Numbers less their mean, `x − Σ x / n`, keep their digits when all of them are large.
//
// In float32 the mean of numbers near ten million is off by about one, and so is every difference
// from it. What is left has almost the right differences, and a mean that should be 0 and is not:
// taken off as well, it leaves the numbers right to their own rounding.

import { type Dim, type Expr, type Index, isLit, lit, makeKeys, mul, sum } from "@hamlet/graph";

/** A sum in which one term is the mean of another. */
export interface Centred {
  readonly entry: Expr;
  /** The mean with its sign, as it stands in the sum. */
  readonly mean: Expr;
  /** The indices of the entry that the mean runs over. */
  readonly over: readonly Index[];
  /** Which entries the mean counts, over the indices that it binds itself. */
  readonly where: { readonly condition: Expr; readonly over: readonly Index[] } | null;
  /** One over the number of entries: a number, or an expression where a condition decides. */
  readonly share: number | Expr;
}

/** The first entry among `terms` whose mean, or that of some of its kind, is taken off it. */
export function findCentred(terms: readonly Expr[], sizeOf: (dim: Dim) => number): Centred | null {
  const keys = makeKeys();
  for (const mean of terms) {
    const factors = factorsOf(mean);
    const total = factors.find((factor) => factor.kind === "reduce" && factor.op === "sum");
    if (total?.kind !== "reduce") continue;
    const others = factors.filter((factor) => factor !== total);
    const { over: bound, body, where } = total;
    const keyOf: KeyOf = (expr, own = []) => keys(expr, [...own, ...mean.free]);
    let summed: string | undefined;
    for (const entry of terms) {
      const over = entry.free.filter((index) => !mean.free.includes(index));
      if (entry === mean || !sameDims(over, bound)) continue;
      const walks = (factor: Expr) => factor.free.some((index) => over.includes(index));
      const own = factorsOf(entry);
      const n = where === null ? bound.reduce((size, { dim }) => size * sizeOf(dim), 1) : 1;
      const [above, below] = [own.filter((f) => !walks(f)), others].map((some) =>
        some.reduce((weight, factor) => weight * (numberOf(factor, sizeOf) ?? 1), 1),
      );
      // The mean must have exactly the weight of the entry; to look at that first saves most keys.
      if (n === 0 || !(Math.abs(below * n + above) <= 1e-9 * Math.abs(above))) continue;
      summed ??= keyOf(body, bound);
      if (keyOf(mul(...own.filter(walks)), over) !== summed) continue;
      const scale = keysOf(
        own.filter((factor) => !walks(factor)),
        sizeOf,
        keyOf,
      );
      const count = where === null ? null : sum(bound, lit(1), where);
      const share =
        count === null ? null : others.find((factor) => isInverse(factor, count, keyOf));
      if (share === undefined) continue;
      const rest = keysOf(
        others.filter((factor) => factor !== share),
        sizeOf,
        keyOf,
      );
      if (scale !== rest) continue;
      const condition = where === null ? null : { condition: where, over: bound };
      return { entry, mean, over, where: condition, share: share ?? 1 / n };
    }
  }
  return null;
}

type KeyOf = (expr: Expr, own?: readonly Index[]) => string;

function factorsOf(expr: Expr): readonly Expr[] {
  return expr.kind === "apply" && expr.op === "mul" ? expr.args : [expr];
}

function sameDims(a: readonly Index[], b: readonly Index[]): boolean {
  return a.length === b.length && a.length > 0 && a.every(({ dim }, axis) => dim === b[axis].dim);
}

function isInverse(factor: Expr, count: Expr, keyOf: KeyOf): boolean {
  if (factor.kind !== "apply" || factor.op !== "pow") return false;
  const [base, exponent] = factor.args;
  return isLit(exponent) && exponent.value === -1 && keyOf(base) === keyOf(count);
}

/** The keys of the factors of which no number is known. */
function keysOf(factors: readonly Expr[], sizeOf: (dim: Dim) => number, keyOf: KeyOf): string {
  const unknown = factors.filter((factor) => numberOf(factor, sizeOf) === null);
  return unknown
    .map((factor) => keyOf(factor))
    .sort()
    .join();
}

function numberOf(expr: Expr, sizeOf: (dim: Dim) => number): number | null {
  if (isLit(expr)) return expr.value;
  if (expr.kind === "size") return sizeOf(expr.dim);
  if (expr.kind !== "apply" || expr.op !== "pow" || !isLit(expr.args[1])) return null;
  const base = numberOf(expr.args[0], sizeOf);
  return base === null ? null : base ** expr.args[1].value;
}
