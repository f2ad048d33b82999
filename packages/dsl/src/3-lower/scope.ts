// The names of one file, resolved on demand: order does not matter, cycles are reported once.

import type { FileAst, Name } from "../1-parse/ast.ts";
import { cycle } from "../2-check/rules/cycle.ts";
import { declaredTwice } from "../2-check/rules/declared-twice.ts";
import { unknownName } from "../2-check/rules/unknown-name.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { type Declaration, declaredNames, kindText, type Meaning } from "./symbols.ts";

/** Says what a declared name means; called at most once a name. */
export type Resolve = (declaration: Declaration) => Meaning;

export interface Scope {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** What a name means; unknown names and cycles are reported here. */
  meaning(name: Name): Meaning;
  /** The same, for a name that need not exist. */
  peek(text: string): Meaning | undefined;
  /** Names that something asked for. */
  readonly used: ReadonlySet<string>;
}

/** Collects the declarations of a file. */
export function makeScope(file: FileAst, diagnostics: Diagnostics, resolve: Resolve): Scope {
  const declarations = new Map<string, Declaration>();
  for (const item of file.items) {
    for (const name of declaredNames(item)) {
      const first = declarations.get(name.text);
      if (first === undefined) declarations.set(name.text, { name, item });
      else if (first.item.kind !== "broken" && item.kind !== "broken") {
        declaredTwice(diagnostics, first.name, name);
      }
    }
  }

  const meanings = new Map<string, Meaning>();
  const open: { declaration: Declaration; uses: { name: string; span: Span }[] }[] = [];
  const used = new Set<string>();

  function resolved(declaration: Declaration, at: Span | null): Meaning {
    const { text } = declaration.name;
    const known = meanings.get(text);
    if (known !== undefined) return known;
    const from = open.findIndex((entry) => entry.declaration === declaration);
    if (at !== null) open.at(-1)?.uses.push({ name: text, span: at });
    if (from >= 0) {
      const chain = open.slice(from).map((entry) => ({
        name: entry.declaration.name.text,
        use: entry.uses.at(-1)!,
      }));
      cycle(diagnostics, chain);
      for (const entry of open.slice(from)) {
        meanings.set(entry.declaration.name.text, { kind: "broken" });
      }
      return { kind: "broken" };
    }
    open.push({ declaration, uses: [] });
    const meaning = resolve(declaration);
    open.pop();
    if (!meanings.has(text)) meanings.set(text, meaning);
    return meanings.get(text)!;
  }

  return {
    declarations,
    used,
    meaning(name) {
      const declaration = declarations.get(name.text);
      if (declaration === undefined) {
        const known = [...declarations.values()].map(({ name: other, item }: Declaration) => ({
          name: other,
          kind: kindText(item),
        }));
        unknownName(diagnostics, name, known);
        return { kind: "broken" };
      }
      used.add(name.text);
      return resolved(declaration, name.span);
    },
    peek(text) {
      const declaration = declarations.get(text);
      return declaration === undefined ? undefined : resolved(declaration, null);
    },
  };
}
