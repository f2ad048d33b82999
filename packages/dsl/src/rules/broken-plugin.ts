import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

const HELP = "this is a mistake of the package: tell its authors, or use another version";

/** E0905: a package that is installed, but cannot be used as it is. */
export function brokenPlugin(
  diagnostics: Diagnostics,
  name: string,
  problem: string,
  span: Span,
): void {
  diagnostics.report("E0905", span, {
    message: `the package \`${name}\` cannot be used: ${problem}`,
    help: [HELP],
  });
}

/** E0905: an `extern` synapse whose package does not provide its energy, or fails to. */
export function brokenExtern(
  diagnostics: Diagnostics,
  name: string,
  problem: string,
  span: Span,
): void {
  diagnostics.report("E0905", span, {
    message: `the synapse \`${name}\` has no energy that could be used: ${problem}`,
    label: "extern synapse",
    help: [HELP],
  });
}
