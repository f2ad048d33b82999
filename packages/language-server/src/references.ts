import {
  type BuiltIn,
  type FileNames,
  isSame,
  type NamedThing,
  occurrenceAt,
  occurrencesOf,
} from "@hamlet/dsl/editor";
import type { DocumentHighlight, Location, Position } from "vscode-languageserver";
import { DocumentHighlightKind } from "vscode-languageserver";
import type { UriOf } from "./diagnostics.ts";
import type { Document } from "./document.ts";
import { offsetOf, rangeOf } from "./positions.ts";

/** Every place in some files where a name stands for one thing. */
export function referencesTo(
  thing: NamedThing | BuiltIn,
  files: readonly FileNames[],
  uriOf: UriOf,
  { includeDeclaration }: { readonly includeDeclaration: boolean },
): Location[] {
  return files.flatMap((names) =>
    occurrencesOf(names)
      .filter((one) => (includeDeclaration || !one.isDeclaration) && isSame(one.thing, thing))
      .map(({ name }) => ({
        uri: uriOf(names.file.source.name),
        range: rangeOf(names.file.source, name.span),
      })),
  );
}

/** The same in the file itself, to be marked there. */
export function highlights({ source, names }: Document, position: Position): DocumentHighlight[] {
  const thing = occurrenceAt(names, offsetOf(source, position))?.thing;
  if (thing === undefined) return [];
  return occurrencesOf(names)
    .filter((one) => isSame(one.thing, thing))
    .map(({ name, isDeclaration }) => ({
      range: rangeOf(source, name.span),
      kind: isDeclaration ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}
