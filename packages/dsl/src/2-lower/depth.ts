// How deep an expression is nested, with everything that it reads.
//
// What is done with a formula later walks it from the outside in, so its depth has to have an end.
// It is counted on shared parts, each once: a definition may be read as often as one likes.

import { children, type Expr, type Tensor } from "@hamlet/graph";

/** Far beyond any formula, well within a default call stack. */
export const MOST_DEEP = 400;

/** The depth of expressions, remembered. */
export function makeDepths(): (expr: Expr) => number {
  const known = new WeakMap<Expr, number>();
  return (expr) => {
    const pending = [expr];
    while (pending.length > 0) {
      const top = pending.at(-1)!;
      const parts = partsOf(top);
      const open = known.has(top) ? [] : parts.filter((part) => !known.has(part));
      if (open.length > 0) {
        pending.push(...open);
        continue;
      }
      if (!known.has(top)) {
        known.set(top, 1 + parts.reduce((most, part) => Math.max(most, known.get(part)!), 0));
      }
      pending.pop();
    }
    return known.get(expr)!;
  };
}

function partsOf(expr: Expr): readonly Expr[] {
  return expr.kind === "get" ? valueOf(expr.tensor) : children(expr);
}

function valueOf({ source }: Tensor): readonly Expr[] {
  if (source?.from === "value") return [source.value];
  return source?.from === "draw" ? source.args : [];
}
