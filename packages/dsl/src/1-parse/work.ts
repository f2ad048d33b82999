/** What reading the pieces of one file shares. */
import type { IRecognitionException, IToken } from "chevrotain";
import { collectDiagnostics, type Diagnostics } from "../diagnostics/diagnostic.ts";
import { lineAt, lineStarts, type SourceFile } from "../source.ts";
import { attempt, type Rule } from "./attempt.ts";
import { explain } from "./explain/explain.ts";
import type { Edit } from "./explain/place.ts";
import { dropHabits } from "./habits.ts";
import type { Kept } from "./kept.ts";
import { lex } from "./lex.ts";
import { cutLines, onlyAttributes, type Piece } from "./outline.ts";
import type { Docs } from "./to-ast.ts";

/** One file on its way from tokens to a tree. */
export interface Work {
  readonly source: SourceFile;
  readonly lineStarts: readonly number[];
  readonly diagnostics: Diagnostics;
  readonly docs: Docs;
  /** True when no further message will be kept. */
  readonly isFull: () => boolean;
  /** Offsets where something was reported and left out. */
  readonly spoiled: readonly number[];
  /** What is remembered of the text before; null for a fresh reading. */
  readonly kept: Kept | null;
}

/** Where a token stands on its line, from 0. */
export function columnOf({ startOffset }: IToken, { lineStarts }: Work): number {
  return startOffset - lineStarts[lineAt(lineStarts, startOffset) - 1];
}

/** Something was left out inside these tokens, and was reported where it stood. */
export function isSpoiled(tokens: readonly IToken[], { spoiled }: Work): boolean {
  const start = tokens[0].startOffset;
  const end = tokens.at(-1)!.endOffset! + 1;
  return spoiled.some((offset) => offset >= start && offset <= end + 1);
}

/**
 * Reports the one message for how the parser stopped. `block` is the kind of block of a line. An
 * edit is offered only where the tokens parse with it: half a fix would be a new mistake.
 */
export function explainHere(
  { rule, error }: { readonly rule: Rule; readonly error: IRecognitionException },
  tokens: readonly IToken[],
  { next, unclosed }: Pick<Piece, "next" | "unclosed">,
  block: string,
  { source, lineStarts: starts, diagnostics }: Work,
): void {
  const parses = (edits: readonly Edit[]) => parsesWith(edits, rule, tokens, source.text);
  const careful: Diagnostics = {
    ...diagnostics,
    report(code, span, { fix, edits, ...details }) {
      const offered = edits !== undefined && parses(edits);
      diagnostics.report(code, span, {
        ...details,
        ...(offered ? { ...(fix === undefined ? {} : { fix }), edits } : {}),
      });
    },
  };
  const explainer = { text: source.text, lineStarts: starts, diagnostics: careful, parses };
  explain({ error, tokens, next, unclosed, block }, explainer);
}

/** No edit is offered for longer declarations: it would take long to see whether it mends them. */
const MOST_TOKENS = 2000;

/** Whether these tokens parse once their text is edited. */
function parsesWith(
  edits: readonly Edit[],
  rule: Rule,
  tokens: readonly IToken[],
  text: string,
): boolean {
  if (tokens.length > MOST_TOKENS) return false;
  const start = tokens[0].startOffset;
  const last = tokens.at(-1)!;
  // A `}` that was put in for one that is missing has no text of its own.
  const added = last.endOffset! < last.startOffset;
  const end = added ? last.startOffset : last.endOffset! + 1;
  if (edits.some(({ span }) => span.start < start || span.end > end)) return false;
  let piece = text.slice(start, end);
  for (const { span, text: instead } of edits.toSorted((a, b) => b.span.start - a.span.start)) {
    piece = piece.slice(0, span.start - start) + instead + piece.slice(span.end - start);
  }
  const edited = { name: "", text: added ? `${piece}\n}` : piece };
  const silent = collectDiagnostics(edited);
  const lexed = lex(edited, silent);
  const kept = dropHabits(lexed.tokens, lexed.spoiled, silent);
  if (lexed.spoiled.length > 0) return false;
  if (attempt(rule, kept).error === undefined) return true;
  const isBlock = rule !== "item";
  // An attribute alone is complete before the declaration that follows in the file.
  if (!isBlock) return kept[0]?.image === "@" && onlyAttributes(kept, 0, kept.length);
  // Without a comma, one line of a block becomes two.
  if (edits.some(({ text: instead }) => instead !== "")) return false;
  const lines = cutLines({ tokens: kept, lineStarts: lineStarts(edited.text) }, new Set());
  return lines.length > 1 && lines.every((line) => attempt(rule, line).error === undefined);
}
