import type { SourceFile } from "@hamlet/dsl";
import type { TextEdit } from "vscode-languageserver";
import { rangeOf } from "./positions.ts";

/** The smallest edit that makes one text another; none for two that are the same. */
export function editTo(source: SourceFile, wanted: string): TextEdit[] {
  const { text } = source;
  if (text === wanted) return [];
  const most = Math.min(text.length, wanted.length);
  let start = 0;
  while (start < most && text[start] === wanted[start]) start++;
  let end = 0;
  while (end < most - start && text.at(-1 - end) === wanted.at(-1 - end)) end++;
  // Never between the two halves of a character, nor between those of an end of line.
  if (isInside(text, start)) start--;
  if (end > 0 && isInside(text, text.length - end)) end--;
  const newText = wanted.slice(start, wanted.length - end);
  return [{ range: rangeOf(source, { start, end: text.length - end }), newText }];
}

function isInside(text: string, at: number): boolean {
  return /[\uDC00-\uDFFF]/.test(text[at] ?? "") || (text[at] === "\n" && text[at - 1] === "\r");
}
