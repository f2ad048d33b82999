import { occurrenceAt } from "@hamlet/dsl/editor";
import type { Location, Position } from "vscode-languageserver";
import type { UriOf } from "./diagnostics.ts";
import type { Document } from "./document.ts";
import { offsetOf, rangeOf } from "./positions.ts";

const TOP = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Where the name at a place is declared, perhaps in another file; of a `use`, the file itself. */
export function definition(document: Document, position: Position, uriOf: UriOf): Location | null {
  const { source, names, parsed } = document;
  const offset = offsetOf(source, position);
  for (const item of parsed.file.items) {
    if (item.kind !== "use") continue;
    const { start, end } = item.path.span;
    if (offset < start || end < offset) continue;
    const used = names.sources.used(item);
    return used === null ? null : { uri: uriOf(used.file.source.name), range: TOP };
  }
  const thing = occurrenceAt(names, offset)?.thing;
  if (thing?.from !== "file") return null;
  return { uri: uriOf(thing.source.name), range: rangeOf(thing.source, thing.name.span) };
}
