import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0807: a definition does not hold for the options that it is used with. */
export function assertFails(
  diagnostics: Diagnostics,
  template: string,
  assert: { readonly written: string; readonly message: string | null },
  span: Span,
): void {
  diagnostics.report("E0807", span, {
    message: assert.message ?? `\`${template}\` does not hold for these options`,
    label: `\`${assert.written}\` is false`,
    note: [`\`${template}\` asserts it in its definition`],
  });
}
