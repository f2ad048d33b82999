import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0609: `sign` and `step` are flat, so nothing would move. */
export function noGradient(
  diagnostics: Diagnostics,
  name: string,
  neuron: string | null,
  span: Span,
): void {
  diagnostics.report("E0609", span, {
    message: `\`${name}\` has no useful gradient${neuron === null ? "" : `, so \`${neuron}\` would never move`}`,
    label: "derivative is 0 almost everywhere",
    help: [`make the neuron binary instead: \`neuron v: [D] as ${name}\``],
  });
}
