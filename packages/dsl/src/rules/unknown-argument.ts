import type { Name, StringLiteral } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { listText } from "../diagnostics/place.ts";

/** An option as it is explained. */
export interface KnownOption {
  readonly name: string;
  readonly meaning: string;
}

/** E0402: an option that the template does not have. */
export function unknownArgument(
  diagnostics: Diagnostics,
  template: string,
  name: Name,
  options: readonly KnownOption[],
): void {
  const near = suggest(
    name.text,
    options.map((option) => option.name),
  );
  const all = options.map(({ name: option, meaning }) =>
    meaning === "" ? `\`${option}\`` : `\`${option}\` (${meaning})`,
  );
  const help = all.length === 0 ? "it has no options" : `options are ${listText(all)}`;
  diagnostics.report("E0402", name.span, {
    message: `\`${template}\` has no option called \`${name.text}\``,
    help: [near === undefined ? help : `did you mean \`${near}\`? ${help}`],
  });
}

/** E0402: a param that the file of the connection holds. */
export function boundAndStored(
  diagnostics: Diagnostics,
  name: Name,
  { span }: StringLiteral,
): void {
  diagnostics.report("E0402", name.span, {
    message: `\`${name.text}\` comes from the file of the connection`,
    related: [{ span, label: "leave one of them out" }],
  });
}
