import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** E0406: options are given by name; only neurons go by position. */
export function namedOnly(
  diagnostics: Diagnostics,
  template: string,
  written: string,
  option: string | null,
  span: Span,
): void {
  diagnostics.report("E0406", span, {
    message: `only neurons are given by position; \`${written}\` needs a name`,
    ...(option === null ? {} : { fix: [`\`${template}(${option} = ${written})\``] }),
  });
}

/** E0406: something by position in a connection that is not a neuron; `kind` is "a param". */
export function namedParam(
  diagnostics: Diagnostics,
  written: string,
  kind: string | null,
  fixed: string | null,
  span: Span,
): void {
  diagnostics.report("E0406", span, {
    message: `only neurons are given by position; \`${written}\` ${kind === null ? "needs a name" : `is ${kind}`}`,
    ...(fixed === null ? {} : { fix: [`\`${fixed}\``] }),
  });
}
