/**
 * Text to syntax tree. The file is cut into declarations (`outline.ts`), each is parsed alone with
 * chevrotain (`grammar.ts`), and each that does not fit gives one message (`explain/`) and a
 * `broken` item that keeps the names it would have declared. Nothing here throws for any input.
 */
import {
  collectDiagnostics,
  type Diagnostic,
  type Diagnostics,
} from "../diagnostics/diagnostic.ts";
import { lineStarts as findLineStarts, type SourceFile } from "../source.ts";
import type { FileAst } from "./ast.ts";
import { tokenSpan } from "./cst.ts";
import { collectDocs } from "./docs.ts";
import { EDITION, readEdition } from "./edition.ts";
import { dropHabits } from "./habits.ts";
import { Kept } from "./kept.ts";
import { type Comment, lex } from "./lex.ts";
import { reportNotUtf8 } from "./not-utf8.ts";
import { outline } from "./outline.ts";
import { reportUnclosedBrace } from "./read-block.ts";
import { readPiece } from "./read-piece.ts";
import type { Work } from "./work.ts";

/** What `parse` gives: always a tree, with every syntax error and every comment. */
export interface ParseResult {
  readonly file: FileAst;
  readonly diagnostics: Diagnostic[];
  readonly comments: readonly Comment[];
}

/** A file that is not a `.ham` file at all would fill screens; the first messages are enough. */
const MAX_DIAGNOSTICS = 100;

/** Parses a file. Never throws: mistakes are in `diagnostics`, one for each. */
export function parse(source: SourceFile): ParseResult {
  return parseWith(source, null);
}

/**
 * A parser for the texts that one file has, one after the other, as an editor has them: it gives
 * what {@link parse} would, and reads again only what changed since the text before.
 */
export function makeParser(): typeof parse {
  const kept = new Kept();
  return (source) => {
    kept.begin();
    return parseWith(source, kept);
  };
}

function parseWith(source: SourceFile, kept: Kept | null): ParseResult {
  if (source.notUtf8 !== undefined) {
    const diagnostics = collectDiagnostics(source);
    reportNotUtf8(source, source.notUtf8, diagnostics);
    const { file } = parse({ name: source.name, text: `ham ${EDITION}\n` });
    return { file: { ...file, source }, diagnostics: diagnostics.list(), comments: [] };
  }
  const diagnostics = atMost(MAX_DIAGNOSTICS, collectDiagnostics(source));
  const lexed = kept === null ? lex(source, diagnostics) : kept.lex(source, diagnostics);
  const { comments, spoiled } = lexed;
  const tokens = dropHabits(lexed.tokens, spoiled, diagnostics);
  const lineStarts = findLineStarts(source.text);
  const { edition, from } = readEdition(source, tokens, diagnostics);
  const docs = collectDocs(
    source.text,
    comments,
    tokens,
    tokens[from]?.startOffset ?? source.text.length,
  );
  const work: Work = {
    source,
    lineStarts,
    diagnostics,
    docs: docs.byToken,
    isFull: diagnostics.isFull,
    spoiled,
    kept,
  };
  const { pieces, strayBraces } = outline({ tokens, lineStarts }, from);
  for (const brace of strayBraces) {
    diagnostics.report("E0101", tokenSpan(brace), {
      message: "this `}` closes nothing",
      label: "no block is open here",
      fix: ["delete it"],
      edits: [{ span: tokenSpan(brace), text: "" }],
    });
  }
  const items = pieces.flatMap((piece) => {
    if (piece.unclosedBrace !== undefined) reportUnclosedBrace(piece, piece.unclosedBrace, work);
    return readPiece(piece, work);
  });
  return {
    file: {
      kind: "file",
      source,
      edition,
      doc: docs.file,
      items,
      span: { start: 0, end: source.text.length },
    },
    diagnostics: diagnostics.list(),
    comments,
  };
}

/** A collector that keeps the first messages only. */
function atMost(
  limit: number,
  diagnostics: Diagnostics,
): Diagnostics & { readonly isFull: () => boolean } {
  let count = 0;
  return {
    ...diagnostics,
    isFull: () => count >= limit,
    report(code, span, details) {
      if (count++ < limit) diagnostics.report(code, span, details);
    },
  };
}
