// Formulas of a file, for outcomes that name one.

import { type Compilation, positionAt } from "@hamlet/dsl";
import type { WrittenOf } from "@hamlet/ham";

/** Finds what a part of the model was written as, and where; a formula over lines becomes one. */
export function wordingsOf({ places }: Compilation): WrittenOf {
  return (expr) => {
    const found = places.written(expr);
    if (found === undefined) return undefined;
    const { source, span } = found;
    const { line, column } = positionAt(source, span.start);
    return {
      text: source.text
        .slice(span.start, span.end)
        .replace(/\/\/.*$/gm, "")
        .replace(/\s+/g, " "),
      place: `${source.name}:${line}:${column}`,
    };
  };
}
