import type { Name } from "../../1-parse/ast.ts";
import type { Diagnostics } from "../../diagnostics/diagnostic.ts";

/** E0202: all names of a file share one name space; an unnamed connection takes its synapse's. */
export function declaredTwice(
  diagnostics: Diagnostics,
  first: Name,
  second: Name,
  unnamedConnection = false,
): void {
  diagnostics.report("E0202", second.span, {
    message: `\`${second.text}\` is declared twice`,
    label: "second declaration",
    related: [{ span: first.span, label: "first declaration" }],
    help: [
      unnamedConnection
        ? `a connection without a name is called like its synapse; name it: \`connect ${second.text}2: ${second.text}(…)\``
        : "neurons, params, data, dims and lets share one set of names",
    ],
  });
}
