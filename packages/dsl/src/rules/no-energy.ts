import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** E0610: a synapse without an energy. */
export function noEnergy(diagnostics: Diagnostics, name: Name): void {
  diagnostics.report("E0610", name.span, {
    message: `the synapse \`${name.text}\` never says what its energy is`,
    help: [
      "add a line `energy = ...`, or write `extern synapse` if the package provides the kernel",
    ],
  });
}
