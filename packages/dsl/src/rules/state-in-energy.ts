import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0607: energies cannot read the internal state. */
export function stateInEnergy(diagnostics: Diagnostics, written: string, span: Span): void {
  diagnostics.report("E0607", span, {
    message: `energies see activations only; \`${written}\` is not available`,
    why: ["descending along activations is what makes the energy fall"],
    help: ["write `v[i]` (the activation)"],
  });
}
