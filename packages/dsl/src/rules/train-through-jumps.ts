import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0805: a recall that flips units, or follows a drive (`solver` is null), has no gradient here. */
export function trainThroughJumps(
  diagnostics: Diagnostics,
  solver: string | null,
  span: Span,
  line: number | null,
): void {
  diagnostics.report("E0805", span, {
    message: `gradients cannot pass through ${solver === null ? "a drive" : `\`${solver}\` updates`}`,
    ...(solver !== null && {
      label: `solver = ${solver}${line === null ? "" : `, line ${line}`}`,
      help: ["store binary patterns in one shot with a `let` (Hebb), or train a `tanh` version"],
    }),
  });
}
