import type { Name } from "../../1-parse/ast.ts";
import type { Diagnostics } from "../../diagnostics/diagnostic.ts";

/** E0309: an index that walks no axis, so nothing says how far it runs. */
export function indexDimUnknown(
  diagnostics: Diagnostics,
  binder: Name,
  dims: readonly string[],
): void {
  const dim =
    dims.find((name) => name.toLowerCase() === binder.text.toLowerCase()) ?? dims[0] ?? "D";
  diagnostics.report("E0309", binder.span, {
    message: `nothing says which dim \`${binder.text}\` runs over`,
    label: "never used on an axis",
    fix: [`\`${binder.text}: ${dim}\``],
  });
}
