/** What reading the pieces of one file shares. */
import type { IRecognitionException, IToken } from "chevrotain";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { lineAt, type SourceFile } from "../source.ts";
import { explain } from "./explain/explain.ts";
import type { Piece } from "./outline.ts";
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

/** Reports the one message for how the parser stopped. `block` is the kind of block of a line. */
export function explainHere(
  error: IRecognitionException,
  tokens: readonly IToken[],
  { next, unclosed }: Pick<Piece, "next" | "unclosed">,
  block: string,
  { source, lineStarts, diagnostics }: Work,
): void {
  explain({ error, tokens, next, unclosed, block }, { text: source.text, lineStarts, diagnostics });
}
