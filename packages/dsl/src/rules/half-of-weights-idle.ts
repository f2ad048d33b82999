import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0605: a learned coupling of which an energy sees the symmetric part alone. */
export function halfOfWeightsIdle(
  diagnostics: Diagnostics,
  { weights, neuron }: { readonly weights: string; readonly neuron: string | null },
  span: Span,
): void {
  diagnostics.report("W0605", span, {
    message: `only the symmetric part of \`${weights}\` has any effect here`,
    label:
      neuron === null
        ? "no entry differs from its mirror image in effect"
        : `both ends are \`${neuron}\``,
    help: [
      neuron === null
        ? "sum over `where i < j` to learn every number once"
        : `\`hopfield(${neuron})\` has an energy of this form and says so; a sum over \`where i < j\` learns every number once`,
    ],
  });
}
