import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0407: what stands after `~` must be a distribution. */
export function notADistribution(
  diagnostics: Diagnostics,
  written: string,
  span: Span,
  known: readonly string[],
): void {
  const constant = /^-?[\d._e+-]+$/.test(written);
  diagnostics.report("E0407", span, {
    message: `\`~\` draws random numbers; \`${written}\` is not a distribution`,
    ...(constant
      ? { help: [`\`= ${written}\` for a constant, or \`~ normal(0, ${written})\``] }
      : { help: [`distributions: ${known.join(", ")}`] }),
    note: ["`~` always means “draw once from this declaration's own seeded stream”, never a prior"],
  });
}
