import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0414: a formula that is nested too deep, mostly through a long chain of definitions. */
export function tooDeep(diagnostics: Diagnostics, depth: number, most: number, span: Span): void {
  diagnostics.report("E0414", span, {
    message: `with what it reads, this formula is ${depth} operations deep`,
    label: `at most ${most}`,
    help: [
      "a chain of definitions, each of which reads the one before it, becomes one formula: make it shorter, or let the steps of a recall do its work",
    ],
  });
}
