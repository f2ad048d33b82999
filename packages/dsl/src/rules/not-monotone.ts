import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0707: a test expects a falling energy where nothing says that it falls. */
export function notMonotone(
  diagnostics: Diagnostics,
  written: string,
  why: string,
  span: Span,
): void {
  diagnostics.report("W0707", span, {
    message: `\`${written}\` cannot be expected here`,
    label: why,
    help: ["expect a final value instead: `expect energy < -3.0`"],
  });
}
