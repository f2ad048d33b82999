// Offsets of the language and positions of the protocol: both count UTF-16.

import type { SourceFile, Span } from "@hamlet/dsl";
import { lineAt, linesOf } from "@hamlet/dsl/editor";
import type { Position, Range } from "vscode-languageserver";

/** The position of an offset; one past the end gives the end. */
export function positionOf(source: SourceFile, offset: number): Position {
  const starts = linesOf(source);
  const at = Math.max(0, Math.min(offset, source.text.length));
  const line = lineAt(starts, at) - 1;
  return { line, character: at - starts[line] };
}

/** The range of a span. */
export function rangeOf(source: SourceFile, { start, end }: Span): Range {
  return { start: positionOf(source, start), end: positionOf(source, end) };
}

/** The offset of a position; one past the end of its line gives the end of the line. */
export function offsetOf(source: SourceFile, { line, character }: Position): number {
  const starts = linesOf(source);
  if (line >= starts.length) return source.text.length;
  const next = starts[line + 1];
  const end =
    next === undefined
      ? source.text.length
      : next - /\r?\n$|\r$/.exec(source.text.slice(starts[line], next))![0].length;
  return Math.min(starts[line] + character, end);
}

/** The span of a range. */
export function spanOf(source: SourceFile, { start, end }: Range): Span {
  return { start: offsetOf(source, start), end: offsetOf(source, end) };
}

/** What a file is called, without its folder, as people read it. */
export function fileName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a `%` that stands for itself
  }
}
