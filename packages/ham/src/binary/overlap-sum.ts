// Energies of the form E = rest + slope · Σ_m F(x_m) over the overlaps x_m of one binary layer.
//
// This is the form of most dense memories: F is a square, a power, an exponential. Where it holds, a
// solver need not evaluate F at every proposal: overlaps move on a lattice, so F can be a table.

import {
  children,
  contains,
  dependsOn,
  type Expr,
  get,
  gradients,
  lit,
  makeTensor,
  mapChildren,
  type Reduce,
  replaceGets,
  type Tensor,
} from "@hamlet/graph";
import type { OverlapForm, Overlap } from "./overlaps.ts";

/** An energy as one sum, or one log-sum-exp, of a function of overlaps. */
export interface OverlapSum {
  readonly overlap: Overlap;
  /** `Σ_m F(x_m)`, or `log Σ_m exp F(x_m)`. */
  readonly op: "sum" | "logsumexp";
  /** `F` over {@link entry}. */
  readonly body: Expr;
  /** Stands for one overlap, `x_m`. */
  readonly entry: Tensor;
  /** What the sum is multiplied with; free of overlaps. */
  readonly slope: Expr;
  /** What is added to it; free of overlaps. */
  readonly rest: Expr;
}

/** Finds the one sum that an energy is made of; null where it has another form. */
export function overlapSum({ overlaps, energy }: OverlapForm): OverlapSum | null {
  const [overlap, ...others] = overlaps;
  if (overlap === undefined || others.length > 0) return null;
  const [{ layer }, ...more] = overlap.slopes;
  if (more.length > 0 || contains(energy, (node) => node.kind === "time")) return null;
  const moving = new Set([overlap.tensor, layer]);
  const reduce = onlySum(energy, moving);
  if (reduce === null) return null;
  const entry = makeTensor("x", "const");
  const body = replaceGets(reduce.body, (node) =>
    node.tensor === overlap.tensor && sameOrder(node.at, reduce) ? get(entry, []) : null,
  );
  if (body.free.length > 0 || dependsOn(body, moving)) return null;
  const total = makeTensor("total", "const");
  const outer = withTotal(energy, reduce, get(total, []));
  if (dependsOn(outer, moving)) return null;
  const [slope] = gradients(outer, [{ tensor: total, at: [] }]);
  if (dependsOn(slope, new Set([total]))) return null;
  const rest = replaceGets(outer, (node) => (node.tensor === total ? lit(0) : null));
  return { overlap, op: reduce.op as OverlapSum["op"], body, entry, slope, rest };
}

/** The only outermost sum of overlaps in an expression; null when there are several, or none. */
function onlySum(energy: Expr, moving: ReadonlySet<Tensor>): Reduce | null {
  const found = new Set<Expr>();
  const visit = (node: Expr): void => {
    if (!dependsOn(node, moving)) return;
    if (node.kind === "apply") children(node).forEach(visit);
    else found.add(node);
  };
  visit(energy);
  const [one, ...others] = found;
  if (one?.kind !== "reduce" || others.length > 0) return null;
  const known = one.op === "sum" || one.op === "logsumexp";
  return known && one.where === null ? one : null;
}

/** Whether an entry is read along the very indices of the sum. */
function sameOrder(at: readonly unknown[], { over }: Reduce): boolean {
  return at.length === over.length && at.every((index, axis) => index === over[axis]);
}

function withTotal(expr: Expr, reduce: Reduce, total: Expr): Expr {
  if (expr === reduce) return total;
  if (expr.kind !== "apply") return expr;
  return mapChildren(expr, (arg) => withTotal(arg, reduce, total));
}
