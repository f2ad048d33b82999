import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0708: units that all move at once can overshoot together. */
export function syncMayCycle(diagnostics: Diagnostics, span: Span): void {
  diagnostics.report("W0708", span, {
    message: "synchronous updates can flip back and forth between two states",
    help: [
      "`async(order = permutation)` always ends in a fixed point; silence with `@allow(sync_may_cycle)`",
    ],
  });
}
