// The tokens of a text as an editor sees them: comments among them, and nothing replaced.

import { lex } from "../1-parse/lex.ts";
import { type Highlight, NAME_PATTERN, RESERVED, TOKEN_TABLE } from "../1-parse/tokens.ts";
import { collectDiagnostics } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../source.ts";

/** A token or a comment of a text. */
export interface TextToken {
  /** As the language reads it: where a foreign sign was typed, what is meant. */
  readonly text: string;
  readonly highlight: Highlight;
  readonly span: Span;
}

const HIGHLIGHTS: ReadonlyMap<string, Highlight> = new Map(
  TOKEN_TABLE.map(({ name, highlight }) => [name, highlight]),
);

/** All tokens and comments of a text in their order. Never throws. */
export function tokensOf(source: SourceFile): TextToken[] {
  const { tokens, comments } = lex(source, collectDiagnostics(source));
  const all = tokens.map(({ image, tokenType, startOffset, endOffset }): TextToken => ({
    text: image,
    highlight: HIGHLIGHTS.get(tokenType.name)!,
    span: { start: startOffset, end: endOffset! + 1 },
  }));
  for (const { text, doc, span } of comments) {
    all.push({ text, highlight: doc ? "docComment" : "comment", span });
  }
  return all.sort((a, b) => a.span.start - b.span.start);
}

/** Whether it is a comment, also one that documents. */
export function isComment({ highlight }: TextToken): boolean {
  return highlight === "comment" || highlight === "docComment";
}

/** Whether a text can be the name of something. */
export function isName(text: string): boolean {
  const [whole] = NAME_PATTERN.exec(text) ?? [];
  return whole === text && !RESERVED.has(text);
}
