import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { axesText } from "../diagnostics/place.ts";

/** E0703: what a layer starts from, or is held at, must have its shape. */
export function startShape(
  diagnostics: Diagnostics,
  value: { name: string; axes: readonly Dim[]; span: Span },
  target: { name: string; axes: readonly Dim[]; span: Span },
): void {
  diagnostics.report("E0703", value.span, {
    message: `\`${value.name}\` does not fit \`${target.name}\``,
    label: `shape ${axesText(value.axes)}`,
    related: [{ span: target.span, label: `shape ${axesText(target.axes)}` }],
  });
}
