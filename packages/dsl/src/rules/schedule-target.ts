import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0706: only a const can be scheduled. */
export function scheduleTarget(
  diagnostics: Diagnostics,
  name: string,
  kind: string,
  span: Span,
): void {
  diagnostics.report("E0706", span, {
    message: `only a \`const\` can be scheduled; \`${name}\` is a ${kind}`,
  });
}
