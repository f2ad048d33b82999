import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

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

/** W0604: a division by something that is worked out here and now to be 0. */
export function divisionByZero(diagnostics: Diagnostics, written: string, span: Span): void {
  diagnostics.report("W0604", span, {
    message: `\`${written}\` divides by 0`,
    label: "no finite value",
    help: ["divide by a number other than 0"],
  });
}

/** W0613: an energy has no slope where a root, or a power below 1, is of 0. */
export function infiniteSlope(
  diagnostics: Diagnostics,
  risk: { op: "sqrt" | "power"; argument: string; range: string; learned: boolean },
  span: Span,
): void {
  const what = risk.op === "sqrt" ? "`sqrt`" : "a power below 1";
  const where = risk.learned ? "is 0 when training begins" : "can be 0";
  const help =
    risk.op === "sqrt"
      ? [
          `for example \`sqrt(${risk.argument} + 1e-12)\``,
          "the square of a norm has a slope everywhere",
        ]
      : ["add a small number to it, such as 1e-12"];
  diagnostics.report("W0613", span, {
    message: `${what} of something that ${where}, and its slope is infinite there`,
    label: `range: ${risk.range}`,
    help,
  });
}

/** W0615: the logarithm of exponentials that are too large long before their logarithm is. */
export function overflow(
  diagnostics: Diagnostics,
  written: string,
  stable: string | null,
  span: Span,
): void {
  diagnostics.report("W0615", span, {
    message: `\`${written}\` is infinite as soon as an exponent passes 88.7`,
    label: "float32 ends at 3.4e38",
    ...(stable === null ? {} : { help: [`write \`${stable}\``] }),
  });
}
