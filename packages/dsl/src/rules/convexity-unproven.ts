import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0502: the rules cannot prove a Lagrangian convex, and no chord refutes it. */
export function convexityUnproven(
  diagnostics: Diagnostics,
  span: Span,
  lagrangian: Span | null,
  because: { sign: boolean; written: string },
  tried: number,
): void {
  const count = String(tried).replace(/\B(?=(\d{3})+$)/g, " ");
  diagnostics.report("W0502", span, {
    message: "the convexity rules cannot prove this Lagrangian convex",
    label: because.sign
      ? `\`${because.written}\` may be negative, so this has no known sign`
      : "not known to be convex",
    ...(lagrangian === null ? {} : { related: [{ span: lagrangian, label: "" }] }),
    help: [
      because.sign
        ? "declare its sign, for example `> 0`, or say why it holds: `@assume(convex)`"
        : "say why it holds: `@assume(convex)`",
    ],
    note: [`${count} random chord tests found no counter-example`],
  });
}
