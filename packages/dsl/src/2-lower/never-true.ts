// Conditions that hold nowhere, as far as positions and known sizes tell.

import { contains, type Expr } from "@hamlet/graph";
import { knownValues } from "./known-value.ts";

/** True when a condition is certainly false at every point. */
export function isNeverTrue(condition: Expr): boolean {
  if (comparesWithItself(condition)) return true;
  if (contains(condition, (node) => node.kind === "get" || node.kind === "time")) return false;
  return knownValues(condition)?.every((value) => value === 0) ?? false;
}

/** `b != b` and `b < b`, whatever the size of the axis. */
function comparesWithItself(condition: Expr): boolean {
  if (condition.kind !== "apply" || (condition.op !== "ne" && condition.op !== "lt")) return false;
  const [a, b] = condition.args;
  return a.kind === "position" && b.kind === "position" && a.index === b.index;
}
