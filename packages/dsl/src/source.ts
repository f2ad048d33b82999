/** A text and the name it is reported under: a path, or a pseudo file such as `--set`. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** Where a file is not UTF-8: it compiles to the message about that alone. */
  readonly notUtf8?: NotUtf8;
}

/** What is known of a file that is not UTF-8 text. */
export interface NotUtf8 {
  /** What it looks like; null for no text at all. */
  readonly encoding: "Latin-1" | "UTF-16, little endian" | "UTF-16, big endian" | null;
  /** The first byte that is not UTF-8, and where the text shows it. */
  readonly byte: number;
  readonly offset: number;
}

/** A stretch of a source text: UTF-16 offsets, `end` is the first one that no longer belongs. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people count it: both start at 1, and a column is one code point. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Where the lines of a file begin, found once: many messages ask for it. */
const STARTS = new WeakMap<SourceFile, readonly number[]>();

/** Where the lines of a file begin. */
export function linesOf(source: SourceFile): readonly number[] {
  let starts = STARTS.get(source);
  if (starts === undefined) STARTS.set(source, (starts = lineStarts(source.text)));
  return starts;
}

/** Offsets at which the lines of a text begin. `\r\n`, `\n` and `\r` all end a line. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** Number (from 1) of the line that holds an offset. */
export function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** The text of a line (from 1), without the characters that end it. */
export function lineText(text: string, starts: readonly number[], line: number): string {
  return text.slice(starts[line - 1], starts[line] ?? text.length).replace(/[\r\n]+$/, "");
}

/** Line and column of an offset; offsets past the end give the end. */
export function positionAt(source: SourceFile, offset: number): TextPosition {
  const starts = linesOf(source);
  const clamped = Math.max(0, Math.min(offset, source.text.length));
  const line = lineAt(starts, clamped);
  return { line, column: codePoints(source.text, starts[line - 1], clamped) + 1 };
}

/** The number of code points that begin in a stretch of text. */
function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return count;
}

/** The smallest span that covers both. */
export function spanOver(first: Span, last: Span): Span {
  return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}
