// The names of one file, resolved on demand: order does not matter, cycles are reported once.

import type { FileAst, Name, Path } from "../1-parse/ast.ts";
import { cycle } from "../rules/cycle.ts";
import { declaredTwice } from "../rules/declared-twice.ts";
import { noSuchMember } from "../rules/no-such-member.ts";
import { notVisibleHere } from "../rules/not-visible-here.ts";
import { unknownName } from "../rules/unknown-name.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { type Declaration, declaredNames, kindText, type Meaning } from "./symbols.ts";

/** Says what a declared name means; called at most once a name. */
export type Resolve = (declaration: Declaration) => Meaning;

export interface Scope {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** What a name means; unknown names and cycles are reported here. */
  meaning(name: Name): Meaning;
  /** What a dotted name means; a member that does not exist is reported too. */
  at(path: Path): Meaning;
  /** The same as {@link meaning}, for a name that need not exist. */
  peek(text: string): Meaning | undefined;
  /** The same as {@link at}, for a path that need not exist. */
  peekAt(path: Path): Meaning | undefined;
  /** Names that something asked for. */
  readonly used: ReadonlySet<string>;
}

/** What a closed scope says about names that are declared only outside of it. */
export interface Closed {
  /** "a synapse", "a Lagrangian" */
  readonly what: string;
  readonly outside: ReadonlyMap<string, Declaration>;
}

/** The values that a file declares. */
export function declarationsOf(file: FileAst): Declaration[] {
  return file.items.flatMap((item) => declaredNames(item).map((name) => ({ name, item })));
}

/**
 * Whether a name stands in a declaration that could not be read, which was reported: that may be
 * what declares it.
 */
export function isInGap({ items, source }: FileAst, name: string): boolean {
  return items.some(
    (item) =>
      item.kind === "broken" &&
      source.text
        .slice(item.span.start, item.span.end)
        .split(/[^\p{L}\p{M}\p{Nd}_]+/u)
        .some((word) => word.normalize("NFC") === name),
  );
}

/**
 * Puts declarations into one scope; a name that is declared twice is reported. `isLost` tells of
 * names that may be declared by what could not be read: nobody is told that they are unknown.
 */
export function makeScope(
  declared: readonly Declaration[],
  diagnostics: Diagnostics,
  resolve: Resolve,
  {
    closed = null,
    isLost = () => false,
  }: { readonly closed?: Closed | null; readonly isLost?: (name: string) => boolean } = {},
): Scope {
  const declarations = new Map<string, Declaration>();
  for (const { name, item } of declared) {
    const first = declarations.get(name.text);
    if (first === undefined) declarations.set(name.text, { name, item });
    else if (first.item.kind !== "broken" && item.kind !== "broken") {
      const unnamed = [first.item, item].find(
        (other) => other.kind === "connect" && other.name === undefined,
      );
      declaredTwice(diagnostics, first.name, name, unnamed !== undefined);
    }
  }

  const meanings = new Map<string, Meaning>();
  const open: { declaration: Declaration; uses: { name: string; span: Span }[] }[] = [];
  const used = new Set<string>();
  /** Every declaration for messages, made when the first one asks. */
  let known: { readonly name: Name; readonly kind: string }[] | undefined;

  function resolved(declaration: Declaration, at: Span | null): Meaning {
    const { text } = declaration.name;
    const known = meanings.get(text);
    if (known !== undefined) return known;
    // What it reads comes first, so that the stack holds no chain of definitions.
    if (open.length === 0) {
      for (const earlier of readBy(declaration, declarations, meanings)) resolved(earlier, null);
      const found = meanings.get(text);
      if (found !== undefined) return found;
    }
    const from = open.findIndex((entry) => entry.declaration === declaration);
    if (at !== null) open.at(-1)?.uses.push({ name: text, span: at });
    if (from >= 0) {
      const chain = open.slice(from).map((entry) => ({
        name: entry.declaration.name.text,
        // What was only peeked at has no use of its own: the declaration stands for it.
        use: entry.uses.at(-1) ?? { name: text, span: entry.declaration.name.span },
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

  function meaning(name: Name): Meaning {
    const declaration = declarations.get(name.text);
    if (declaration === undefined) {
      const outside = closed?.outside.get(name.text);
      if (closed !== null && outside !== undefined) {
        notVisibleHere(diagnostics, name, closed.what, outside);
        return { kind: "broken" };
      }
      if (isLost(name.text)) return { kind: "broken" };
      known ??= [...declarations.values()].map(({ name: other, item }: Declaration) => ({
        name: other,
        kind: kindText(item),
      }));
      unknownName(diagnostics, name, known);
      return { kind: "broken" };
    }
    used.add(name.text);
    return resolved(declaration, name.span);
  }

  function peek(text: string, at: Span | null = null): Meaning | undefined {
    const declaration = declarations.get(text);
    return declaration === undefined ? undefined : resolved(declaration, at);
  }

  return {
    declarations,
    used,
    meaning,
    peek: (text) => peek(text),
    at: ({ segments: [first, ...rest] }) => follow(meaning(first), first, rest, diagnostics),
    peekAt({ segments: [first, ...rest] }) {
      const start = peek(first.text, first.span);
      return start === undefined ? undefined : follow(start, first, rest, null);
    },
  };
}

/**
 * The declarations that one reads, directly and through others, those first that the others need.
 * None where they go round in a circle: then the natural order tells the circle as it is written.
 */
function readBy(
  declaration: Declaration,
  declarations: ReadonlyMap<string, Declaration>,
  known: ReadonlyMap<string, unknown>,
): Declaration[] {
  const order: Declaration[] = [];
  const visited = new Set([declaration]);
  const path = [{ declaration, reads: namesIn(declaration.item) }];
  const onPath = new Set([declaration]);
  while (path.length > 0) {
    const { declaration: current, reads } = path.at(-1)!;
    const name = reads.pop();
    if (name === undefined) {
      path.pop();
      onPath.delete(current);
      if (path.length > 0) order.push(current);
      continue;
    }
    const next = declarations.get(name);
    if (next === undefined || known.has(name)) continue;
    if (onPath.has(next) && next !== current) return [];
    if (visited.has(next)) continue;
    visited.add(next);
    onPath.add(next);
    path.push({ declaration: next, reads: namesIn(next.item) });
  }
  return order;
}

/** The first words of all paths of a declaration. */
function namesIn(item: Declaration["item"]): string[] {
  const names = new Set<string>();
  const pending: unknown[] = [item];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (typeof part !== "object" || part === null) continue;
    if ("segments" in part) names.add((part as Path).segments[0].text);
    else pending.push(...Object.values(part).filter((inner) => inner !== undefined));
  }
  return [...names];
}

/** Follows dots from a meaning; with `diagnostics` a missing member is reported. */
function follow(
  start: Meaning,
  first: Name,
  rest: readonly Name[],
  diagnostics: Diagnostics | null,
): Meaning {
  let meaning = start;
  let parent = first.text;
  for (const name of rest) {
    if (meaning.kind === "broken") return meaning;
    const group = "group" in meaning ? meaning.group : null;
    const member = group?.members.get(name.text);
    if (member === undefined) {
      if (diagnostics !== null) noSuchMember(diagnostics, parent, group, name);
      return { kind: "broken" };
    }
    meaning = member.meaning();
    parent += `.${name.text}`;
  }
  return meaning;
}
