import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0616: `before` reads a layer, and in a drive alone. */
export function beforeOutsideDrive(
  diagnostics: Diagnostics,
  { written, isLayer }: { readonly written: string; readonly isLayer: boolean },
  span: Span,
): void {
  diagnostics.report("E0616", span, {
    message: isLayer
      ? `only a drive can read \`${written}\``
      : `\`before\` reads a neuron, and \`${written}\` is none`,
    ...(isLayer && {
      why: ["an energy that looks back has no slope along which it falls"],
      help: ["`drive v[i] = …` moves a layer by any formula, also of one step ago"],
    }),
  });
}
