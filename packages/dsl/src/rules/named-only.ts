import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/**
 * E0406: only neurons are given by position; `kind` is "a param" where that is known, `options` are
 * the names that this could have.
 */
export function namedOnly(
  diagnostics: Diagnostics,
  written: string,
  kind: string | null,
  options: readonly string[],
  span: Span,
): void {
  const [only] = options.length === 1 ? options : [];
  diagnostics.report("E0406", span, {
    message: `only neurons are given by position; \`${written}\` ${kind === null ? "needs a name" : `is ${kind}`}`,
    ...(only === undefined
      ? options.length === 0
        ? {}
        : {
            help: [
              `name what it is: ${options.map((name) => `\`${name} = ${written}\``).join(" or ")}`,
            ],
          }
      : {
          fix: [`\`${only} = ${written}\``],
          edits: [{ span: { start: span.start, end: span.start }, text: `${only} = ` }],
        }),
  });
}
