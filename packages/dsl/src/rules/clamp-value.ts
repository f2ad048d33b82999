import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0705: a partial clamp keeps what the entries started with. */
export function clampValue(diagnostics: Diagnostics, span: Span, fix: string): void {
  diagnostics.report("E0705", span, {
    message: "a partial clamp keeps the start value, so it takes no `=`",
    help: [`write ${fix}`],
  });
}
