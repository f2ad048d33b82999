import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0902: a file without the array that is asked for. E0908: a file that holds no array at all. */
export function notAnArray(
  diagnostics: Diagnostics,
  code: "E0902" | "E0908",
  problem: { message: string; help: string },
  span: Span,
): void {
  const { message, help } = problem;
  diagnostics.report(code, span, { message, ...(help === "" ? {} : { help: [help] }) });
}
