import { demandOf, type Tensor } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0409: a loss reaches a param whose entries no small step can change. */
export function notTrainable(
  diagnostics: Diagnostics,
  param: Pick<Tensor, "name" | "elem" | "bound">,
  declared: Span,
  loss: Span,
): void {
  diagnostics.report("E0409", loss, {
    message: `no gradient can train \`${param.name}\`, which takes ${demandOf({ ...param, bound: null })}`,
    label: "a step would leave them",
    related: [{ span: declared, label: "declared here" }],
    help: [
      `keep it as it is with \`freeze = [${param.name}]\`, or declare it \`real\` to learn numbers between`,
    ],
  });
}
