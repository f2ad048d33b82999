import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0608: a condition that no entry fulfils. */
export function emptyWhere(diagnostics: Diagnostics, span: Span, better: string | null): void {
  diagnostics.report("E0608", span, {
    message: "this `where` is never true",
    label: "always false",
    help: [
      better === null
        ? "write a condition that holds for some entries, or delete all that it is about"
        : `did you mean \`${better}\`?`,
    ],
  });
}
