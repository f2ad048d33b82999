import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0306: a size that neither the file nor any data gives. */
export function dimUnknown(diagnostics: Diagnostics, dim: Dim, span: Span): void {
  diagnostics.report("E0306", span, {
    message: `the size of \`${dim.name}\` cannot be determined`,
    label: `no value, and no data file has an axis ${dim.name}`,
    help: [`for example \`dim ${dim.name} = 100\`, or run with \`--set ${dim.name}=100\``],
  });
}
