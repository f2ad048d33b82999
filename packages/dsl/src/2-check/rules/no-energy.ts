import type { Name } from "../../1-parse/ast.ts";
import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** E0610: a synapse without an energy. */
export function noEnergy(diagnostics: Diagnostics, name: Name): void {
  diagnostics.report("E0610", name.span, {
    message: `the synapse \`${name.text}\` never says what its energy is`,
    fix: [
      "add a line `energy = ...`, or write `extern synapse` if the package provides the kernel",
    ],
  });
}

/** E0610: an `extern` synapse whose package does not provide it, or fails to. */
export function noExternEnergy(
  diagnostics: Diagnostics,
  name: string,
  problem: string,
  span: Span,
): void {
  diagnostics.report("E0610", span, {
    message: `the synapse \`${name}\` has no energy that could be used: ${problem}`,
    label: "extern synapse",
    help: ["this is a mistake of the package: tell its authors, or use another version"],
  });
}
