import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0310: a fixed position that the axis does not have. */
export function indexRange(
  diagnostics: Diagnostics,
  position: number,
  dim: string,
  size: number,
  span: Span,
): void {
  diagnostics.report("E0310", span, {
    message: `index ${position} is outside the axis ${dim}, which has size ${size}`,
    label: `valid: 0 to ${size - 1}`,
  });
}
