import type { CodeLens } from "vscode-languageserver";
import type { Document } from "./document.ts";
import { rangeOf } from "./positions.ts";

/** Commands that a client carries out: they take the address of the file and the title of a test. */
export const COMMANDS = { runTest: "ham.runTest", explain: "ham.explain" } as const;

/** *explain* above a file and *run test* above each of its tests, as far as a client can do them. */
export function codeLenses(
  { source, parsed }: Document,
  uri: string,
  known: readonly string[],
): CodeLens[] {
  const lenses: CodeLens[] = [];
  const { edition, items } = parsed.file;
  if (known.includes(COMMANDS.explain) && items.length > 0) {
    lenses.push({
      range: rangeOf(source, edition?.span ?? { start: 0, end: 0 }),
      command: { title: "explain", command: COMMANDS.explain, arguments: [uri] },
    });
  }
  if (!known.includes(COMMANDS.runTest)) return lenses;
  for (const item of items) {
    if (item.kind !== "test") continue;
    const { value } = item.title;
    lenses.push({
      range: rangeOf(source, item.title.span),
      command: { title: "run test", command: COMMANDS.runTest, arguments: [uri, value] },
    });
  }
  return lenses;
}
