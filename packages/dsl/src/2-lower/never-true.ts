// Conditions that hold nowhere, as far as positions and known sizes tell.

import { contains, evaluate, type Expr, HamError } from "@hamlet/graph";

/** More points than this are not tried. */
const MOST = 1_000_000;

/** True when a condition is certainly false at every point. */
export function isNeverTrue(condition: Expr): boolean {
  if (comparesWithItself(condition)) return true;
  if (contains(condition, (node) => node.kind === "get" || node.kind === "time")) return false;
  const sizes = condition.free.map(({ dim }) => (dim.size?.kind === "lit" ? dim.size.value : NaN));
  if (!(sizes.reduce((a, b) => a * b, 1) <= MOST)) return false;
  try {
    return evaluate(condition).data.every((value) => value === 0);
  } catch (error) {
    if (HamError.isInstance(error)) return false;
    throw error;
  }
}

/** `b != b` and `b < b`, whatever the size of the axis. */
function comparesWithItself(condition: Expr): boolean {
  if (condition.kind !== "apply" || (condition.op !== "ne" && condition.op !== "lt")) return false;
  const [a, b] = condition.args;
  return a.kind === "position" && b.kind === "position" && a.index === b.index;
}
