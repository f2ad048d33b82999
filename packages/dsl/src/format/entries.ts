/**
 * A file as a list of lines-to-be: one for each declaration, attribute, line of a block and lone
 * bracket, each with its tokens and depth. Every token of the file is in exactly one entry, and
 * every comment either in front of one, between its tokens or behind it, so nothing can be lost.
 */
import type { IToken } from "chevrotain";
import type { BodyItem, FileAst, Item } from "../1-parse/ast.ts";
import type { Comment } from "../1-parse/lex.ts";
import type { Span } from "../source.ts";

/** A token and the comments between it and the next token of the same entry. */
export interface Atom {
  readonly token: IToken;
  readonly comments: readonly PlacedComment[];
}

/** A comment and whether it stands behind something on its line. */
interface PlacedComment {
  readonly text: string;
  readonly isTrailing: boolean;
}

/** Something that starts a line of its own. */
export interface Entry {
  readonly depth: number;
  readonly atoms: readonly Atom[];
  /** A comment on a line of its own is an entry without atoms. */
  readonly comment: string | undefined;
  /** A comment behind the last token. */
  readonly trailing: string | undefined;
  /** Whether a blank line stands before it. */
  readonly isSeparate: boolean;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** Cuts a parsed file into entries. */
export function entriesOf(
  file: FileAst,
  tokens: readonly IToken[],
  comments: readonly Comment[],
): Entry[] {
  const { text } = file.source;
  const stretches = stretchesOf(file, tokens, comments);
  const entries: Entry[] = [];
  let nextToken = 0;
  let nextComment = 0;
  let lastEnd = 0;
  let isBlockStart = true;

  const isSeparate = (start: number): boolean => {
    const gap = text.slice(lastEnd, start);
    return !isBlockStart && (gap.match(/\r\n|\n|\r/g) ?? []).length > 1;
  };
  const ownLines = (before: number, depth: number): void => {
    for (; nextComment < comments.length; nextComment++) {
      const { span, text: comment } = comments[nextComment];
      if (span.start >= before) break;
      entries.push({
        depth,
        atoms: [],
        comment,
        trailing: undefined,
        isSeparate: isSeparate(span.start),
      });
      lastEnd = span.end;
      isBlockStart = false;
    }
  };
  const isTrailing = (from: number, comment: Comment): boolean =>
    !/[\r\n]/.test(text.slice(from, comment.span.start));

  for (const { start, end, depth } of stretches) {
    const isCloser = tokens[nextToken].image === "}" && depth >= 0;
    ownLines(start, isCloser ? depth + 1 : depth);
    const separate = isSeparate(start) && !isCloser;
    const atoms: Atom[] = [];
    for (; nextToken < tokens.length && tokens[nextToken].startOffset < end; nextToken++) {
      const token = tokens[nextToken];
      const until = Math.min(tokens[nextToken + 1]?.startOffset ?? end, end);
      const placed: PlacedComment[] = [];
      let from = token.endOffset! + 1;
      for (; nextComment < comments.length; nextComment++) {
        const comment = comments[nextComment];
        if (comment.span.start >= until) break;
        placed.push({ text: comment.text, isTrailing: isTrailing(from, comment) });
        from = comment.span.end;
      }
      atoms.push({ token, comments: placed });
    }
    lastEnd = end;
    let trailing: string | undefined;
    const behind = comments[nextComment];
    const nextStart = tokens[nextToken]?.startOffset ?? text.length;
    if (behind !== undefined && behind.span.start < nextStart && isTrailing(end, behind)) {
      trailing = behind.text;
      lastEnd = behind.span.end;
      nextComment++;
    }
    entries.push({ depth, atoms, comment: undefined, trailing, isSeparate: separate });
    isBlockStart = atoms.at(-1)?.token.image === "{";
  }
  ownLines(text.length + 1, 0);
  return entries;
}

/** The stretches of text that start a line, in order. */
function stretchesOf(
  file: FileAst,
  tokens: readonly IToken[],
  comments: readonly Comment[],
): Stretch[] {
  const stretches: Stretch[] = [];
  if (file.edition !== undefined) stretches.push({ ...file.edition.span, depth: 0 });
  const add = ({ start, end }: Span, depth: number) => stretches.push({ start, end, depth });

  const addItem = (item: Item | BodyItem, depth: number): void => {
    for (const attribute of item.attributes) add(attribute.span, depth);
    const lines = linesOf(item);
    const open = tokens.find(
      ({ image, startOffset }) => image === "{" && startOffset >= item.span.start,
    );
    if (lines === undefined || open === undefined || open.startOffset >= item.span.end) {
      return void add(item.span, depth);
    }
    const hasComments = comments.some(
      ({ span }) => span.start > open.startOffset && span.start < item.span.end,
    );
    const isShort = item.kind === "neuron" ? lines.length < 2 : lines.length === 0;
    if (isShort && !hasComments) return void add(item.span, depth);
    add({ start: item.span.start, end: open.endOffset! + 1 }, depth);
    for (const line of lines) {
      if ("attributes" in line) addItem(line, depth + 1);
      else add(line.span, depth + 1);
    }
    add({ start: item.span.end - 1, end: item.span.end }, depth);
  };
  for (const item of file.items) addItem(item, 0);
  return stretches;
}

/** The lines of a declaration with a block. */
function linesOf(item: Item | BodyItem) {
  switch (item.kind) {
    case "neuron":
      return item.settings;
    case "recall":
    case "train":
    case "test":
      return item.steps;
    case "synapse":
    case "lagrangian":
      return item.body;
    default:
      return undefined;
  }
}
