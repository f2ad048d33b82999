import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** E0601 and E0803: an energy and a loss are one number. */
export function notScalar(
  diagnostics: Diagnostics,
  what: "energy" | "loss",
  index: string,
  dim: string | null,
  span: Span,
  written: string,
): void {
  const op = what === "energy" ? "sum" : "mean";
  diagnostics.report(what === "energy" ? "E0601" : "E0803", span, {
    message: `${what === "energy" ? "an energy" : "a loss"} is one number, but this has a value for every \`${index}\``,
    label: `\`${index}\`${dim === null ? "" : ` (over ${dim})`} is not ${what === "energy" ? "summed" : "summed or averaged"}`,
    fix: [
      `\`${written.startsWith("-") ? `-${op}[${index}] ${written.slice(1).trim()}` : `${op}[${index}] ${written}`}\``,
    ],
  });
}
