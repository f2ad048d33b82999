import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** W0604: a function may be asked for a value that it does not have. */
export function domain(
  diagnostics: Diagnostics,
  risk: {
    readonly op: "log" | "sqrt" | "power";
    readonly argument: string;
    readonly range: string;
    /** The place is all that stands between the parentheses of the function. */
    readonly isArgument: boolean;
  },
  span: Span,
): void {
  const what = {
    log: "`log` of something that can be zero or negative",
    sqrt: "`sqrt` of something that can be negative",
    power: "a broken power of something that can be negative",
  }[risk.op];
  const least = { log: "1e-10", sqrt: "0", power: null }[risk.op];
  const safe = `max(${risk.argument}, ${least})`;
  const shown = `\`${risk.op}(${safe})\``;
  diagnostics.report("W0604", span, {
    message: what,
    label: `range: ${risk.range}`,
    ...(least === null
      ? {}
      : risk.isArgument
        ? { fix: [shown], edits: [{ span, text: safe }] }
        : { help: [`for example ${shown}`] }),
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
