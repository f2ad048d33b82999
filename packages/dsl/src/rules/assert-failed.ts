import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0807: an assertion that does not hold; `values` is the condition with its numbers. */
export function assertFailed(
  diagnostics: Diagnostics,
  failed: { message: string; values: string; span: Span },
  origins: readonly string[],
): void {
  diagnostics.report("E0807", failed.span, {
    message: failed.message,
    label: `${failed.values} is false`,
    ...(origins.length === 0 ? {} : { note: origins }),
  });
}
