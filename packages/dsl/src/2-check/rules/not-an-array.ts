import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** E0902: a file without the array that is asked for, or no array file at all. */
export function notAnArray(
  diagnostics: Diagnostics,
  problem: { message: string; help: string },
  span: Span,
): void {
  diagnostics.report("E0902", span, { message: problem.message, help: [problem.help] });
}
