import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0804: a recall from outside needs a `given` that nothing provides. */
export function notFed(diagnostics: Diagnostics, recall: string, name: string, span: Span): void {
  diagnostics.report("E0804", span, {
    message: `recall \`${recall}\` needs \`${name}\`, which nothing provides`,
    label: "declared here, no file",
    help: [`run with \`--given ${name}=FILE.npy\`, or declare it with \`from "FILE.npy"\``],
  });
}

/** E0804: the same inside a test or a training, where a `feed` provides it. */
export function notFedHere(
  diagnostics: Diagnostics,
  run: { word: string; recall: string; span: Span },
  given: { name: string; declared: Span; use: string; example: string },
): void {
  diagnostics.report("E0804", run.span, {
    message: `\`${run.word} ${run.recall}\` needs \`${given.name}\`, which nothing provides`,
    label: `uses \`${given.name}\` in ${given.use}`,
    related: [{ span: given.declared, label: "declared here, no file" }],
    help: [`feed it above, for example \`feed ${given.name} ${given.example}\``],
  });
}
