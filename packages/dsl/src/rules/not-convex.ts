import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0501: a chord of the Lagrangian runs below its graph. */
export function notConvex(
  diagnostics: Diagnostics,
  span: Span,
  lagrangian: Span | null,
  counterExample: string | null,
): void {
  diagnostics.report("E0501", span, {
    message: "this Lagrangian is not convex, so its energy is not guaranteed to fall",
    label: "neither convex nor concave",
    ...(lagrangian === null ? {} : { related: [{ span: lagrangian, label: "" }] }),
    ...(counterExample === null ? {} : { counterExample: [counterExample] }),
    help: ["weaken the part that bends down, or use a different function"],
  });
}
