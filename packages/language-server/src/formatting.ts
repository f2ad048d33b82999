// The one way to write a file: the whole of it, a range, or the declaration that was just finished.
//
// Formatting changes nothing but the space between tokens, so that is all that is sent: a cursor
// keeps its place.

import type { SourceFile, Span } from "@hamlet/dsl";
import { format } from "@hamlet/dsl/format";
import { isComment, type TextToken, tokensOf } from "@hamlet/dsl/editor";
import type { Position, Range, TextEdit } from "vscode-languageserver";
import type { Document } from "./document.ts";
import { offsetOf, rangeOf, spanOf } from "./positions.ts";

/** The edits that format a file; none where it has mistakes of syntax. */
export function formatDocument({ source }: Document): TextEdit[] {
  return spaceEdits(source, { start: 0, end: source.text.length });
}

/** The same for what lies in a range. */
export function formatRange({ source }: Document, range: Range): TextEdit[] {
  return spaceEdits(source, spanOf(source, range));
}

/** After a `}` or at the end of a line: the declaration that ends there. */
export function formatOnType({ source, parsed }: Document, position: Position): TextEdit[] {
  const end = source.text.slice(0, offsetOf(source, position)).trimEnd().length;
  const item = parsed.file.items.find(({ span }) => span.end === end);
  return item === undefined ? [] : spaceEdits(source, item.span);
}

function spaceEdits(source: SourceFile, { start, end }: Span): TextEdit[] {
  const { text, diagnostics } = format(source);
  if (diagnostics.length > 0 || text === source.text) return [];
  const before = gapsOf(source.text, tokensOf(source));
  const formatted = gapsOf(text, tokensOf({ name: source.name, text }));
  // Only the edition can come in front.
  const added = formatted.length - before.length;
  const [first, ...rest] = formatted.slice(added);
  const head = added === 0 ? first.text : text.slice(0, first.span.end);
  return [{ ...first, text: head }, ...rest].flatMap((gap, at) => {
    const { span, text: now } = before[at];
    if (now === gap.text || span.end < start || end < span.start) return [];
    return [{ range: rangeOf(source, span), newText: gap.text }];
  });
}

interface Gap {
  readonly span: Span;
  readonly text: string;
}

/** The space before each token, and that at the end. */
function gapsOf(text: string, tokens: readonly TextToken[]): Gap[] {
  const starts = [
    0,
    // Space behind a comment belongs to the end of its line.
    ...tokens.map((token) =>
      isComment(token) ? token.span.start + token.text.length : token.span.end,
    ),
  ];
  return starts.map((from, at) => {
    const to = tokens[at]?.span.start ?? text.length;
    return { span: { start: from, end: to }, text: text.slice(from, to) };
  });
}
