import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0403: an option without a default that was not given. */
export function missingArgument(
  diagnostics: Diagnostics,
  template: string,
  option: {
    readonly name: string;
    readonly example: string;
    /** The options that are given, as written, each with a comma. */
    readonly before?: string;
    /** What it means, in one phrase. */
    readonly meaning?: string;
  },
  span: Span,
): void {
  const { name, example, before = "", meaning = "" } = option;
  diagnostics.report("E0403", span, {
    message: `\`${template}\` needs its option \`${name}\`${meaning === "" ? "" : ` (${meaning})`}`,
    help: [`for example \`${template}(${before}${name} = ${example})\``],
  });
}
