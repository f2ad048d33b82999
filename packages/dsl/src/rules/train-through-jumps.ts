import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0805: a recall that flips units has no gradient. */
export function trainThroughJumps(
  diagnostics: Diagnostics,
  solver: string,
  span: Span,
  line: number | null,
): void {
  diagnostics.report("E0805", span, {
    message: `gradients cannot pass through \`${solver}\` updates`,
    label: `solver = ${solver}${line === null ? "" : `, line ${line}`}`,
    help: ["store binary patterns in one shot with a `let` (Hebb), or train a `tanh` version"],
  });
}
