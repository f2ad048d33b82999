import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** E0403: an option without a default that was not given. */
export function missingArgument(
  diagnostics: Diagnostics,
  template: string,
  option: string,
  example: string,
  span: Span,
  meaning = "",
  given: readonly string[] = [],
): void {
  diagnostics.report("E0403", span, {
    message: `\`${template}\` needs its option \`${option}\`${meaning === "" ? "" : ` (${meaning})`}`,
    fix: [`\`${template}(${[...given, `${option} = ${example}`].join(", ")})\``],
  });
}
