import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** E0602: an energy without activations cannot influence a recall. */
export function noNeuron(diagnostics: Diagnostics, energy: Name, neurons: readonly string[]): void {
  diagnostics.report("E0602", energy.span, {
    message: `\`${energy.text}\` does not mention any neuron, so it cannot influence recall`,
    help: [
      neurons.length === 0
        ? "declare a neuron, for example `neuron v: [D] as identity`"
        : `mention a neuron: ${neurons.map((name) => `\`${name}\``).join(", ")}`,
    ],
  });
}
