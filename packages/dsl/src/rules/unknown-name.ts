import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { looksOf } from "./look-alike-names.ts";

/** Names for suggestions, with what they look like: made once for all unknown names of a scope. */
const LISTS = new WeakMap<object, { names: string[]; twins: Map<string, string> }>();

function listOf(known: readonly { readonly name: Name }[]) {
  let list = LISTS.get(known);
  if (list === undefined) {
    const names = known.map(({ name }) => name.text);
    // Of names that look alike the first counts.
    list = { names, twins: new Map(names.toReversed().map((name) => [looksOf(name), name])) };
    LISTS.set(known, list);
  }
  return list;
}

/** E0201: a name that nothing declares. */
export function unknownName(
  diagnostics: Diagnostics,
  name: Name,
  known: readonly { name: Name; kind: string }[],
): void {
  const { names, twins } = listOf(known);
  const twin = twins.get(looksOf(name.text));
  const near = twin ?? suggest(name.text, names);
  const declared = near === undefined ? undefined : known[names.indexOf(near)];
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
