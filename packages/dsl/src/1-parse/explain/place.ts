/** Where the parser stopped, with everything a message may want to quote or mark. */
import type { IRecognitionException, IToken } from "chevrotain";
import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import { lineAt, type Span } from "../../source.ts";

/** A piece of a file that does not parse, and how the parser stopped. */
export interface Mistake {
  readonly error: IRecognitionException;
  /** The tokens that were parsed: a declaration, or a line of a block. */
  readonly tokens: readonly IToken[];
  /** The token after them in the file. */
  readonly next: IToken | undefined;
  readonly unclosed: ReadonlySet<IToken>;
  /** The kind of block the line is in, or the empty text for a declaration. */
  readonly block: string;
}

/** The text a message quotes from, and where messages go. */
export interface Explainer {
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly diagnostics: Diagnostics;
  /** Whether the tokens of the mistake parse once its text is edited. */
  readonly parses: (edits: readonly Edit[]) => boolean;
}

/** A replacement of a stretch of the file. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** A mistake, read: what was wanted by which rule, and what stands there. */
export interface Place extends Mistake, Explainer {
  readonly kind: string;
  readonly rule: string;
  readonly wanted: string;
  /** The token that does not fit; undefined at the end of the piece. */
  readonly found: IToken | undefined;
  readonly at: number;
}

/** The place right behind a token. */
export function after(token: IToken): Span {
  const end = token.endOffset! + 1;
  return { start: end, end };
}

/** The line of the piece around a place, with an edit applied: what the fix shows. */
export function patched({ text, lineStarts, tokens }: Place, span: Span, insert: string): string {
  const line = lineAt(lineStarts, span.start);
  const onLine = tokens.filter(
    (token) =>
      lineAt(lineStarts, token.startOffset) === line || token.endOffset! + 1 === span.start,
  );
  const start = Math.min(onLine[0]?.startOffset ?? span.start, span.start);
  const end = Math.max((onLine.at(-1)?.endOffset ?? span.end - 1) + 1, span.end);
  return text.slice(start, span.start) + insert + text.slice(span.end, end);
}

/** A token as messages quote it: long texts are cut. */
export function shortOf({ image }: IToken): string {
  const characters = Array.from(image);
  return characters.length > 30 ? `${characters.slice(0, 30).join("")}…` : image;
}

/** Whether two tokens stand on one line. */
export function isOnLineOf({ lineStarts }: Place, a: IToken, b: IToken): boolean {
  return lineAt(lineStarts, a.startOffset) === lineAt(lineStarts, b.startOffset);
}
