import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0404: what is set is set along whole axes, so that a single position would mean all of them. */
export function targetPosition(
  diagnostics: Diagnostics,
  verb: string,
  name: string,
  { raw, span }: { readonly raw: string; readonly span: Span },
): void {
  diagnostics.report("E0404", span, {
    message: `\`${verb}\` is about all of \`${name}\`, and \`${raw}\` is one position`,
    label: "a name for the axis goes here",
    help: [
      verb === "clamp"
        ? `hold some units by a condition: \`clamp ${name}[i] where i == ${raw}\``
        : `write \`${verb} ${name}[i] = …\` with a formula or an array that has an entry for each`,
    ],
  });
}
