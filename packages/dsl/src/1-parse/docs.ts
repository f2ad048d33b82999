/** Which `///` comments belong to which declaration. */
import type { IToken } from "chevrotain";
import type { Doc } from "./ast.ts";
import type { Comment } from "./lex.ts";

/**
 * Doc comments by the offset of the token they stand before, and the doc of the file itself: the
 * first run of `///` lines, when a blank line (or the end of the file) follows it.
 */
export function collectDocs(
  text: string,
  comments: readonly Comment[],
  tokens: readonly IToken[],
  firstItem: number,
): { file: Doc | undefined; byToken: Map<number, Doc> } {
  const lines = new Map<number, Comment[]>();
  let next = 0;
  let file: Comment[] = [];
  let fileEnded = false;
  for (const comment of comments) {
    while (next < tokens.length && tokens[next].startOffset < comment.span.start) next++;
    const owner = tokens[next]?.startOffset ?? text.length;
    if (!comment.doc) {
      if (file.length > 0) fileEnded = true;
      continue;
    }
    if (owner === firstItem && !fileEnded) {
      const last = file.at(-1);
      const gap = last === undefined ? "" : text.slice(last.span.end, comment.span.start);
      if (!hasBlankLine(gap)) {
        file.push(comment);
        continue;
      }
      fileEnded = true;
    }
    lines.set(owner, [...(lines.get(owner) ?? []), comment]);
  }
  const after = file.length === 0 ? "" : text.slice(file.at(-1)!.span.end);
  if (file.length > 0 && !startsBlank(after)) {
    lines.set(firstItem, [...file, ...(lines.get(firstItem) ?? [])]);
    file = [];
  }
  return {
    file: file.length === 0 ? undefined : toDoc(file),
    byToken: new Map([...lines].map(([owner, group]) => [owner, toDoc(group)])),
  };
}

const hasBlankLine = (gap: string) => (gap.match(/\r\n|\n|\r/g) ?? []).length > 1;

/** Whether nothing stands on the next line. The two characters of CRLF are one end. */
function startsBlank(after: string): boolean {
  const [, next, ...rest] = after.split(/\r\n|\n|\r/);
  return after.trim() === "" || (rest.length > 0 && next.trim() === "");
}

function toDoc(comments: readonly Comment[]): Doc {
  return {
    text: comments.map(({ text }) => text.replace(/^\/\/\/ ?/, "")).join("\n"),
    span: { start: comments[0].span.start, end: comments.at(-1)!.span.end },
  };
}
