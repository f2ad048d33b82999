import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0202: two recalls of one name; one without a name is called `default`. */
export function recalledTwice(
  diagnostics: Diagnostics,
  first: Name,
  second: Name,
  unnamed: boolean,
): void {
  diagnostics.report("E0202", second.span, {
    message: `a recall \`${second.text}\` is declared twice`,
    label: "second recall",
    related: [{ span: first.span, label: "first recall" }],
    help: [
      unnamed
        ? `a recall without a name is called \`${second.text}\`; name the others: \`recall other { … }\``
        : `whatever runs a recall asks for it by its name: call this one otherwise, \`recall ${second.text}2 { … }\``,
    ],
  });
}

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

/** E0202: one of two would count for nothing. */
export function saidTwice(diagnostics: Diagnostics, what: string, first: Span, second: Span): void {
  diagnostics.report("E0202", second, {
    message: `\`${what}\` is said twice`,
    label: "second time",
    related: [{ span: first, label: "first time" }],
    help: ["keep one of them: only one can count"],
  });
}
