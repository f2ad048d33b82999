import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0801: no param can change a loss. */
export function nothingToTrain(
  diagnostics: Diagnostics,
  span: Span,
  held: { neuron: string; recall: string } | null,
): void {
  diagnostics.report("E0801", span, {
    message: "no param can change this loss",
    label:
      held === null
        ? "nothing that it reads depends on a param"
        : `\`${held.neuron}\` is clamped in recall \`${held.recall}\``,
    help: [
      held === null
        ? "declare what should be learned as a `param`, or take it out of `freeze`"
        : `unroll a recall in which \`${held.neuron}\` is free`,
    ],
  });
}
