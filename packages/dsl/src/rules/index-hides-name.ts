import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

const SPARE = ["i", "j", "k", "l", "m", "n", "p", "q"];

/** E0208: an index may not have the name of something else in scope. */
export function indexHidesName(
  diagnostics: Diagnostics,
  binder: Name,
  other: { what: string; span: Span },
  taken: ReadonlySet<string>,
): void {
  const free = SPARE.find((name) => !taken.has(name)) ?? `${binder.text}_`;
  diagnostics.report("E0208", binder.span, {
    message: `the index \`${binder.text}\` has the same name as ${other.what}`,
    label: "index bound here",
    related: [{ span: other.span, label: `\`${binder.text}\` is declared here` }],
    help: [`rename the index, for example \`${free}\``],
  });
}
