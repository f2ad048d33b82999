import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0701: a solver that flips units cannot move a continuous layer. */
export function solverNeuron(
  diagnostics: Diagnostics,
  solver: { name: string; span: Span },
  neuron: { name: string; span: Span },
): void {
  diagnostics.report("E0701", solver.span, {
    message: `\`${solver.name}\` updates binary neurons, but \`${neuron.name}\` is continuous`,
    related: [{ span: neuron.span, label: "continuous activation" }],
    help: [`use \`euler(dt = 0.1)\`, or \`clamp ${neuron.name}\``],
  });
}
