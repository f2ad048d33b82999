// Values that are given for every entry of something at once: `start v = query`, `feed query =
// xi[0, _]`, `overlap(v, patterns[0, _, _])`.
//
// A tensor named whole, or with `_` for whole axes, is read along the axes of what it is given to,
// in their order. Nothing is broadcast: the axes must be the very same dims. Anything else is a
// formula over the indices of the target.

import type { Dim, Expr, Index } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { startShape } from "../rules/start-shape.ts";
import type { Span } from "../source.ts";
import type { Surroundings } from "./expression.ts";
import type { Lowering } from "./lowering.ts";

/** What gets the values. */
export interface EntrywisePlace {
  readonly name: string;
  readonly axes: readonly Dim[];
  readonly span: Span;
}

/** The value of one entry over the indices of the place; null when it was reported. */
export function lowerEntrywise(
  model: Lowering,
  value: ast.Expression,
  place: EntrywisePlace,
  { indices, inside }: { readonly indices: readonly Index[]; readonly inside: Surroundings },
): Expr | null {
  const slice = model.expressions.slice(value, inside);
  if (slice === null) return null;
  if (slice === "no slice") return model.expressions.lower(value, inside);
  const { axes, name, span, read } = slice;
  if (axes.length !== place.axes.length || axes.some((dim, axis) => dim !== place.axes[axis])) {
    startShape(model.diagnostics, { name, axes, span }, place);
    return null;
  }
  return read(indices);
}
