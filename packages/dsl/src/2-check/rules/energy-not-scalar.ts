import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

const OF_WHAT = {
  energy: { code: "E0601", message: "an energy is one number", op: "sum", done: "summed" },
  loss: { code: "E0803", message: "a loss is one number", op: "mean", done: "summed or averaged" },
  value: { code: "E0505", message: "", op: "sum", done: "summed" },
} as const;

/** E0601, E0803 and E0505: an energy, a loss and the value of a Lagrangian are one number. */
export function notScalar(
  diagnostics: Diagnostics,
  what: keyof typeof OF_WHAT,
  index: string,
  dim: string | null,
  span: Span,
  written: string,
): void {
  const { code, message, op, done } = OF_WHAT[what];
  diagnostics.report(code, span, {
    message:
      what === "value"
        ? "the value of a Lagrangian must be one number per unit or per slice"
        : `${message}, but this has a value for every \`${index}\``,
    label: `\`${index}\`${dim === null ? "" : ` (over ${dim})`} is not ${done}`,
    fix: [
      `\`${what === "value" ? "value = " : ""}${written.startsWith("-") ? `-${op}[${index}] ${written.slice(1).trim()}` : `${op}[${index}] ${written}`}\``,
    ],
  });
}
