import type { Name } from "../1-parse/ast.ts";
import { FOREIGN_FUNCTIONS } from "../1-parse/foreign.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";

/** E0201: a call of a function that the language does not have. */
export function unknownFunction(
  diagnostics: Diagnostics,
  name: Name,
  functions: readonly string[],
): void {
  const way = FOREIGN_FUNCTIONS.get(name.text);
  const near = suggest(name.text, functions);
  diagnostics.report("E0201", name.span, {
    message: `there is no function \`${name.text}\``,
    label: "not a function of the language",
    ...(way !== undefined
      ? { help: [way] }
      : near === undefined
        ? {}
        : { help: [`did you mean \`${near}\`?`] }),
    note: [`functions: ${functions.join(", ")}`],
  });
}
