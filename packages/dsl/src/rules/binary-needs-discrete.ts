import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0702: a solver that moves states smoothly cannot move a layer that jumps. */
export function binaryNeedsDiscrete(
  diagnostics: Diagnostics,
  solver: { name: string; span: Span },
  neuron: { name: string; lagrangian: string; span: Span },
): void {
  const values = neuron.lagrangian === "sign" ? "-1 and 1" : "0 and 1";
  diagnostics.report("E0702", solver.span, {
    message: `\`${solver.name}\` cannot move a binary neuron`,
    related: [{ span: neuron.span, label: `the activation jumps between ${values}` }],
    help: [
      `\`async(order = random)\`, \`sync\`, or \`neuron ${neuron.name}: … as ${neuron.lagrangian === "sign" ? "tanh" : "sigmoid"}(beta = 10)\``,
    ],
  });
}
