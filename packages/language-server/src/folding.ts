import { isComment, tokensOf } from "@hamlet/dsl/editor";
import { type FoldingRange, FoldingRangeKind } from "vscode-languageserver";
import type { Document } from "./document.ts";
import { positionOf } from "./positions.ts";

/** What can be folded: blocks, declarations of several lines, runs of comments. */
export function foldingRanges({ source, parsed }: Document): FoldingRange[] {
  const lineOf = (offset: number) => positionOf(source, offset).line;
  const items = parsed.file.items.flatMap((item) => [
    item.span,
    ...(item.kind === "lagrangian" || item.kind === "synapse"
      ? item.body.map(({ span }) => span)
      : []),
  ]);
  const ranges: FoldingRange[] = items.map(({ start, end }) => ({
    startLine: lineOf(start),
    endLine: lineOf(Math.max(start, end - 1)),
  }));
  let run: { startLine: number; endLine: number } | null = null;
  let before = -1;
  for (const token of tokensOf(source)) {
    const { span } = token;
    const line = lineOf(span.start);
    const stands = isComment(token) && line !== before;
    if (stands && run !== null && line === run.endLine + 1) run.endLine = line;
    else if (stands) {
      if (run !== null) ranges.push({ ...run, kind: FoldingRangeKind.Comment });
      run = { startLine: line, endLine: line };
    }
    before = lineOf(span.end - 1);
  }
  if (run !== null) ranges.push({ ...run, kind: FoldingRangeKind.Comment });
  return ranges.filter(({ startLine, endLine }) => endLine > startLine);
}
