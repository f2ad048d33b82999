// What lowering finds out about names, for whoever shows a file to people: an editor, a page.

import type { Dim } from "@hamlet/graph";
import type { Name } from "../1-parse/ast.ts";
import type { Meaning } from "./symbols.ts";

/** What is known of the names of a compiled model, by the places where they are declared. */
export interface NameNotes {
  /** What a name means, as far as somebody asked; that of a part is its meaning in the last use. */
  readonly meanings: ReadonlyMap<Name, Meaning>;
  /** The dim that an index walks, by the name that binds it. */
  readonly walked: ReadonlyMap<Name, Dim>;
}

/** The same while it is written. */
export interface OpenNotes extends NameNotes {
  readonly meanings: Map<Name, Meaning>;
  readonly walked: Map<Name, Dim>;
}

/** Notes without an entry. */
export function makeNotes(): OpenNotes {
  return { meanings: new Map(), walked: new Map() };
}
