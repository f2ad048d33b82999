import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** W0604: a function may be asked for a value that it does not have. */
export function domain(
  diagnostics: Diagnostics,
  risk: { op: "log" | "sqrt" | "power"; argument: string; range: string },
  span: Span,
): void {
  const what = {
    log: "`log` of something that can be zero or negative",
    sqrt: "`sqrt` of something that can be negative",
    power: "a broken power of something that can be negative",
  }[risk.op];
  diagnostics.report("W0604", span, {
    message: what,
    label: `range: ${risk.range}`,
    ...(risk.op === "log" ? { fix: [`\`log(max(${risk.argument}, 1e-10))\``] } : {}),
    ...(risk.op === "sqrt" ? { fix: [`\`sqrt(max(${risk.argument}, 0))\``] } : {}),
  });
}

/** W0604: a number that is worked out here and now is none: `0/0`, `(-1)^0.5`, `1/0`. */
export function noValue(
  diagnostics: Diagnostics,
  written: string,
  value: number,
  span: Span,
): void {
  diagnostics.report("W0604", span, {
    message: `\`${written}\` has no finite value`,
    label: Number.isNaN(value) ? "not a number" : value > 0 ? "infinity" : "minus infinity",
    help: ["divide by a number other than 0, and take roots of positive numbers only"],
  });
}
