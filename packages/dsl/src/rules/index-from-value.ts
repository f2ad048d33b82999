import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Rewriting } from "../2-lower/where-to-sum.ts";
import type { Span } from "../source.ts";

/** E0312: a number of the file, such as a label, where an index must stand. */
export function indexFromValue(
  diagnostics: Diagnostics,
  { value, kind, index }: { readonly value: string; readonly kind: string; readonly index: string },
  picked: Rewriting | null,
  span: Span,
): void {
  diagnostics.report("E0312", span, {
    message: `an index is bound by a sum, but \`${value}\` is ${kind}`,
    label: "a value, not an index",
    ...(picked === null
      ? { help: [`the entry at a value is \`sum[${index} where ${index} == ${value}] …\``] }
      : { fix: [`\`${picked.result}\``], edits: picked.edits }),
  });
}
