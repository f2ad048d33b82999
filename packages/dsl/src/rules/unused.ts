import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** W0207: something declared that nothing uses. */
export function unused(diagnostics: Diagnostics, name: Name, kind: string): void {
  diagnostics.report("W0207", name.span, {
    message: `\`${name.text}\` is declared but nothing uses it`,
    help: [
      kind === "param"
        ? "it will not be trained or saved; delete it, or pass it on"
        : "delete it, or use it",
    ],
  });
}
