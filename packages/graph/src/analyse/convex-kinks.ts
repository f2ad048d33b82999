// Where a slope misleads by a whole step: kinks that bend upwards, as |x| does at 0.
//
// Beside a kink that bends down, as −|x|, the energy is below what its slope says, so a step along it
// falls. Beside one that bends up it may be above: a step from 0.1 dt that crosses 0 ends at −0.9 dt,
// for every dt.

import { children, isLit, isValue } from "../expr/expr.ts";
import { dependsOn } from "../expr/depends.ts";
import type { Apply, Expr, Tensor } from "../expr/types.ts";
import { isNonNegative, isNonPositive } from "./interval.ts";
import type { Ranges } from "./range.ts";

/** How an expression goes into the whole: rising, falling, or either. */
type Way = 1 | -1 | 0;

const RISING = new Set<Apply["op"]>([
  "add",
  "exp",
  "log",
  "sqrt",
  "softplus",
  "sigmoid",
  "tanh",
  "relu",
  "max",
  "min",
]);

/** True where `expr` may have a kink, as one of `units` moves, that bends it upwards. */
export function mayBendUp(expr: Expr, units: ReadonlySet<Tensor>, range: Ranges): boolean {
  return bends(expr, 1, { units, range });
}

/** True where `expr` may have a kink of either kind as one of `units` moves. */
export function mayHaveKink(expr: Expr, units: ReadonlySet<Tensor>, range: Ranges): boolean {
  return bends(expr, 0, { units, range });
}

function bends(
  whole: Expr,
  way: Way,
  { units, range }: { readonly units: ReadonlySet<Tensor>; readonly range: Ranges },
): boolean {
  const seen = { [-1]: new Set<Expr>(), 0: new Set<Expr>(), 1: new Set<Expr>() };
  const isKinked = (node: Expr, by: Way): boolean => {
    if (seen[by].has(node) || !dependsOn(node, units)) return false;
    seen[by].add(node);
    const bend = bendOf(node);
    if (bend !== null && by !== -bend) return true;
    return parts(node, by).some(([part, own]) => isKinked(part, own));
  };
  const signOf = (expr: Expr): Way => {
    const found = range(expr);
    return isNonNegative(found) ? 1 : isNonPositive(found) ? -1 : 0;
  };
  const times = (a: Way, b: Way): Way => (a === 0 || b === 0 ? 0 : a === b ? 1 : -1);

  function parts(node: Expr, by: Way): (readonly [Expr, Way])[] {
    if (node.kind === "apply") {
      const { op, args } = node;
      if (op === "mul") {
        return args.map((arg, k) => [
          arg,
          args
            .filter((_, other) => other !== k)
            .reduce((all, other) => times(all, signOf(other)), by),
        ]);
      }
      if (op === "pow") return powerParts(args[0], args[1], by);
      return args.map((arg) => [arg, RISING.has(op) ? by : 0]);
    }
    const isMonotone = node.kind === "select" || (node.kind === "reduce" && node.op !== "prod");
    return children(node).map((part) => [part, isMonotone ? by : 0]);
  }

  function powerParts(base: Expr, exponent: Expr, by: Way): (readonly [Expr, Way])[] {
    const n = isLit(exponent) ? exponent.value : null;
    const smooth = n !== null && n > 1 && base.kind === "apply" && isZeroAtKink(base);
    const slope: Way = n === null ? 0 : times(n > 0 ? 1 : -1, n === 1 ? 1 : signOf(base));
    const way: Way = times(by, slope);
    // relu(x)^2 and |x|^2 have no kink of their own.
    if (smooth) return base.args.map((arg) => [arg, base.op === "abs" ? 0 : way]);
    return [
      [base, way],
      [exponent, 0],
    ];
  }

  return isKinked(whole, way);
}

/** Functions whose kink is where they are 0. */
function isZeroAtKink({ op, args }: Apply): boolean {
  return op === "abs" || op === "relu" || (op === "max" && args.some((arg) => isValue(arg, 0)));
}

/** 1 for a kink of its own that bends upwards, −1 for one that bends down, null for none. */
function bendOf(node: Expr): 1 | -1 | null {
  const op = node.kind === "apply" || node.kind === "reduce" ? node.op : null;
  if (op === "abs" || op === "relu" || op === "max") return 1;
  return op === "min" ? -1 : null;
}
