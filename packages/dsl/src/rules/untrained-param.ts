import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0802: a param that no loss depends on. */
export function untrainedParam(diagnostics: Diagnostics, name: string, span: Span): void {
  diagnostics.report("W0802", span, {
    message: `\`${name}\` never reaches the loss, so it will keep its start value`,
    help: ["this is fine if intended; silence with `@allow(untrained_param)`"],
  });
}
