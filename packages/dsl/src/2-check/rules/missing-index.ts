import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";
import { axesText } from "../place.ts";

/** E0311: a whole layer or array where one number is needed. */
export function missingIndex(
  diagnostics: Diagnostics,
  name: string,
  what: "layer" | "array",
  axes: readonly Dim[],
  indices: readonly string[] | null,
  span: Span,
): void {
  diagnostics.report("E0311", span, {
    message: `\`${name}\` is a whole ${what} here; write which ${what === "layer" ? "unit" : "entry"} is meant`,
    label: `shape ${axesText(axes)}`,
    ...(indices === null ? {} : { fix: [`\`${name}[${indices.join(", ")}]\``] }),
  });
}
