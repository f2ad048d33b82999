import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** W0605: both ends of a two-body synapse are one layer. */
export function halfOfWeightsIdle(
  diagnostics: Diagnostics,
  weights: string,
  neuron: string,
  span: Span,
): void {
  diagnostics.report("W0605", span, {
    message: `only the symmetric part of \`${weights}\` has any effect here`,
    label: "both ends are the same neuron",
    help: [
      `\`hopfield(${neuron})\` stores the symmetric weights directly, with half the parameters`,
    ],
  });
}
