/**
 * What parsing remembers of the text before: most of it is the same after a keystroke. The tree that
 * comes out is the one that a fresh parse would give; only declarations and lines that changed are
 * read again.
 */
import type { IToken } from "chevrotain";
import { collectDiagnostics, type Diagnostics } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source.ts";
import type { Item } from "./ast.ts";
import { type Comment, lex, type LexResult } from "./lex.ts";
import type { Piece } from "./outline.ts";
import type { Docs } from "./to-ast.ts";

interface KeptItem {
  readonly start: number;
  /** How many tokens it had: what is left out depends on the rest of the file. */
  readonly count: number;
  readonly item: Item;
}

interface KeptLines extends Pick<LexResult, "tokens" | "comments"> {
  readonly text: string;
}

/** The memory of one file. */
export class Kept {
  #lines: KeptLines | null = null;
  #before = new Map<string, KeptItem>();
  #now = new Map<string, KeptItem>();

  /** Begins with another text: what the one before had is known, and what this one has is noted. */
  begin(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  /** The tokens of a text; lines that are the same as before keep theirs. */
  lex(source: SourceFile, diagnostics: Diagnostics): LexResult {
    const again = this.#lines === null ? null : lexChanged(source, this.#lines);
    const lexed = again ?? lex(source, diagnostics);
    // Where something was reported, lines may depend on others.
    const isClean = lexed.spoiled.length === 0 && diagnostics.list().length === 0;
    this.#lines = isClean ? { text: source.text, ...lexed } : null;
    return lexed;
  }

  /** The declaration that a piece of text gave before, where it stands now. */
  find(piece: Piece, text: string, docs: Docs): Item | undefined {
    const { key, start } = keyOf(piece, text, docs);
    const known = this.#now.get(key) ?? this.#before.get(key);
    if (known === undefined || known.count !== piece.tokens.length) return undefined;
    const item = known.start === start ? known.item : moved(known.item, start - known.start);
    this.#now.set(key, { ...known, start, item });
    return item;
  }

  /** Remembers the declaration of a piece that says nothing but itself. */
  keep(piece: Piece, text: string, docs: Docs, item: Item): void {
    const { key, start } = keyOf(piece, text, docs);
    this.#now.set(key, { start, count: piece.tokens.length, item });
  }
}

/** The text of a piece with its doc comment, and where that begins. */
function keyOf({ tokens }: Piece, text: string, docs: Docs): { key: string; start: number } {
  const first = tokens[0].startOffset;
  const start = docs.get(first)?.span.start ?? first;
  return { key: text.slice(start, tokens.at(-1)!.endOffset! + 1), start };
}

/** A copy of a part of a tree, that many characters further on. */
function moved<T>(part: T, by: number): T {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map((inner: unknown) => moved(inner, by)) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(part)) {
    const isPlace = typeof inner === "number" && (key === "start" || key === "end");
    copy[key] = isPlace ? inner + by : moved(inner, by);
  }
  return copy as T;
}

/**
 * The tokens of a text of which another one is known: none of them reaches over the end of a line,
 * unless something is wrong with it. Null where that cannot be told.
 */
function lexChanged({ name, text }: SourceFile, before: KeptLines): LexResult | null {
  const { start, end } = changeOf(before.text, text);
  const grown = text.length - before.text.length;
  const changed = text.slice(start, end + grown);
  if (changed.includes("/*")) return null;
  const lines = { name, text: changed };
  const diagnostics = collectDiagnostics(lines);
  const lexed = lex(lines, diagnostics);
  if (lexed.spoiled.length > 0 || diagnostics.list().length > 0) return null;
  const tokens = [
    ...before.tokens.slice(
      0,
      firstFrom(before.tokens, start, (token) => token.startOffset),
    ),
    ...lexed.tokens.map((token) => movedToken(token, start)),
    ...before.tokens
      .slice(firstFrom(before.tokens, end, (token) => token.startOffset))
      .map((token) => movedToken(token, grown)),
  ];
  const from = (comment: Comment) => comment.span.start;
  const comments = [
    ...before.comments.slice(0, firstFrom(before.comments, start, from)),
    ...lexed.comments.map((comment) => moved(comment, start)),
    ...before.comments
      .slice(firstFrom(before.comments, end, from))
      .map((comment) => moved(comment, grown)),
  ];
  return { tokens, comments, spoiled: [] };
}

function movedToken(token: IToken, by: number): IToken {
  if (by === 0) return token;
  return { ...token, startOffset: token.startOffset + by, endOffset: token.endOffset! + by };
}

/** The stretch of whole lines of the text before outside of which two texts are the same. */
function changeOf(before: string, now: string): { start: number; end: number } {
  const most = Math.min(before.length, now.length);
  let same = 0;
  while (same < most && before.charCodeAt(same) === now.charCodeAt(same)) same++;
  const start = same === 0 ? 0 : before.lastIndexOf("\n", same - 1) + 1;
  let rest = 0;
  const left = most - start;
  while (
    rest < left &&
    before.charCodeAt(before.length - 1 - rest) === now.charCodeAt(now.length - 1 - rest)
  ) {
    rest++;
  }
  const next = before.indexOf("\n", before.length - rest);
  return { start, end: next < 0 ? before.length : next + 1 };
}

/** The position of the first thing that begins at or behind an offset. */
function firstFrom<T>(things: readonly T[], offset: number, startOf: (thing: T) => number): number {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(things[middle]) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
