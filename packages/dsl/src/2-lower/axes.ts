// The axes of a definition meet those of what it is given: `dense(a: [A], b: [B])` with a [D] and
// an [H] makes A = D and B = H, and everything that names an axis twice must agree.

import { apply, type Dim, type Expr, printText } from "@hamlet/graph";
import type { Span } from "../source.ts";
import { knownValue } from "./known-value.ts";

/** Something with axes that a definition is given: a neuron by position, or an array by name. */
export interface Given {
  readonly role: "neuron" | "param";
  /** The position among the arguments, from 0; for a param, its place among the params. */
  readonly position: number;
  /** Its name in the definition. */
  readonly name: string;
  /** The axes it has in the definition. */
  readonly formal: readonly string[];
  /** What it is called in the file. */
  readonly written: string;
  readonly axes: readonly Dim[];
  readonly span: Span;
}

/** An axis that was bound, and by what. */
export interface BoundAxis {
  readonly dim: Dim;
  readonly by: Given;
  readonly axis: number;
}

/** Why the axes do not agree. */
export type Clash =
  | { readonly kind: "count"; readonly given: Given }
  | {
      readonly kind: "dim";
      readonly given: Given;
      readonly axis: number;
      readonly first: BoundAxis;
    };

/** Binds axes in order; the first disagreement is returned instead. */
export function bindAxes(
  given: readonly Given[],
  derived: ReadonlySet<string>,
): { bound: Map<string, BoundAxis> } | { clash: Clash } {
  const bound = new Map<string, BoundAxis>();
  for (const one of given) {
    if (one.axes.length !== one.formal.length) return { clash: { kind: "count", given: one } };
    for (const [axis, name] of one.formal.entries()) {
      if (derived.has(name)) continue;
      const first = bound.get(name);
      if (first === undefined) bound.set(name, { dim: one.axes[axis], by: one, axis });
      else if (first.dim !== one.axes[axis]) {
        return { clash: { kind: "dim", given: one, axis, first } };
      }
    }
  }
  return { bound };
}

/** True or false when two sizes can be compared, null when a size is not known yet. */
export function sameSize(a: Expr, b: Expr): boolean | null {
  const [left, right] = [writtenOut(a), writtenOut(b)];
  if (printText(left) === printText(right)) return true;
  const [one, other] = [knownValue(left), knownValue(right)];
  return one === null || other === null ? null : one === other;
}

/** A size with the formulas of derived dims in place of their names. */
export function writtenOut(expr: Expr): Expr {
  if (expr.kind === "size") return expr.dim.size === null ? expr : writtenOut(expr.dim.size);
  return expr.kind === "apply" ? apply(expr.op, ...expr.args.map(writtenOut)) : expr;
}

/** A size as far as it is known. */
export function sizeText(expr: Expr): string {
  const full = writtenOut(expr);
  return String(knownValue(full) ?? printText(full));
}
