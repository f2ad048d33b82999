import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0709: a solver that promises a falling energy cannot keep it in this model. */
export function solverMisfit(
  diagnostics: Diagnostics,
  solver: { name: string; span: Span },
  misfit: { reason: string; help: string },
  blamed: readonly Span[],
): void {
  diagnostics.report("E0709", solver.span, {
    message: `\`${solver.name}\` cannot move this model: ${misfit.reason}`,
    related: blamed.map((span) => ({ span, label: "" })),
    help: [misfit.help.toLowerCase().replace("adaptive", "`adaptive`")],
  });
}
