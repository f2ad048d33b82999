import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** W0606: a layer that no energy mentions. */
export function isolatedNeuron(diagnostics: Diagnostics, name: Name): void {
  diagnostics.report("W0606", name.span, {
    message: `no energy or connection mentions \`${name.text}\``,
    label: "it will just relax to its rest state",
    help: ["connect it, or delete it; silence with `@allow(isolated_neuron)`"],
  });
}
