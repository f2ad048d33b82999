import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0806: a training without examples. */
export function noExamples(diagnostics: Diagnostics, span: Span, given: string | null): void {
  diagnostics.report("E0806", span, {
    message: "training needs at least one `given` with a file",
    help: [
      given === null
        ? '`given image: [D] from "FILE.npy"`'
        : `\`given ${given}: … from "FILE.npy"\``,
    ],
  });
}
