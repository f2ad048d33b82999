import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0506: a Lagrangian that is the same everywhere has no activation. */
export function ignoresArgument(diagnostics: Diagnostics, argument: string, span: Span): void {
  diagnostics.report("E0506", span, {
    message: `this Lagrangian does not depend on \`${argument}\`, so its activation is always 0`,
  });
}
