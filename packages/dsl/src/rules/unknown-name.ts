import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { looksOf } from "./look-alike-names.ts";

/** E0201: a name that nothing declares. */
export function unknownName(
  diagnostics: Diagnostics,
  name: Name,
  known: readonly { name: Name; kind: string }[],
): void {
  const looks = looksOf(name.text);
  const twin = known.find((other) => looksOf(other.name.text) === looks)?.name.text;
  const near =
    twin ??
    suggest(
      name.text,
      known.map((other) => other.name.text),
    );
  const declared = known.find((other) => other.name.text === near);
  diagnostics.report("E0201", name.span, {
    message: `there is no \`${name.text}\` here`,
    label: "not declared in this file",
    ...(declared === undefined
      ? {}
      : {
          help: [
            `did you mean \`${near}\` (${declared.kind}, line ${diagnostics.lineOf(declared.name.span)})?${twin === undefined ? "" : ` \`${name.text}\` and \`${twin}\` are two different names`}`,
          ],
        }),
  });
}
