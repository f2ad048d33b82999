import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** E0804: a run needs a `given` that nothing provides. */
export function notFed(diagnostics: Diagnostics, recall: string, name: string, span: Span): void {
  diagnostics.report("E0804", span, {
    message: `recall \`${recall}\` needs \`${name}\`, which nothing provides`,
    label: "declared here, no file",
    fix: [`run with \`--given ${name}=FILE.npy\`, or declare it with \`from "FILE.npy"\``],
  });
}
