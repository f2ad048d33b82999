/**
 * `ham fmt`: one way to write a file, no options, 100 columns. It works on the tokens, so it can
 * neither lose nor change one; the tree only tells it how they belong together. Comments stay at
 * their tokens. A file with syntax errors is returned as it is.
 */
import { lex } from "../1-parse/lex.ts";
import { EDITION } from "../1-parse/edition.ts";
import { parse } from "../1-parse/parse.ts";
import { collectDiagnostics, type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source.ts";
import { printDoc } from "./doc.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { layoutOf } from "./layout.ts";
import { spacingOf } from "./spacing.ts";

const WIDTH = 100;

/** A formatted text, or the text as it was and what is wrong with it. */
export interface FormatResult {
  readonly text: string;
  readonly diagnostics: Diagnostic[];
}

/**
 * Formats a file. Adds `ham 1` where it is missing. Lines end as the first one does, and a byte order
 * mark stays.
 */
export function format(source: SourceFile): FormatResult {
  const [ending = "\n"] = /\r\n|\n|\r/.exec(source.text) ?? [];
  const mark = source.text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const { text, diagnostics } = formatted(source);
  if (diagnostics.length > 0) return { text: source.text, diagnostics };
  return { text: `${mark}${text.replaceAll("\n", ending)}`, diagnostics };
}

const BYTE_ORDER_MARK = "\uFEFF";

function formatted(source: SourceFile): FormatResult {
  const { file, diagnostics, comments } = parse(source);
  if (diagnostics.length > 0) {
    const lacksEdition = diagnostics.length === 1 && isMissingEdition(diagnostics[0]);
    if (!lacksEdition) return { text: source.text, diagnostics };
    return formatted({ name: source.name, text: `ham ${EDITION}\n\n${source.text}` });
  }
  const { tokens } = lex(source, collectDiagnostics(source));
  const spacing = spacingOf(file);
  const lines = entriesOf(file, tokens, comments).map((entry) => ({
    ...entry,
    body:
      "  ".repeat(entry.depth) +
      (entry.comment ?? printDoc(layoutOf(entry.atoms, spacing), WIDTH, entry.depth)),
  }));
  const text = lines.map(({ body, trailing, isSeparate }, index) => {
    const blank = index > 0 && isSeparate ? "\n" : "";
    if (trailing === undefined) return `${blank}${body}\n`;
    return `${blank}${body.padEnd(commentColumn(lines, index))}  ${trailing}\n`;
  });
  return { text: text.join(""), diagnostics: [] };
}

interface Line extends Entry {
  readonly body: string;
}

/** Comments behind neighbouring lines start in one column. */
function commentColumn(lines: readonly Line[], index: number): number {
  let first = index;
  let last = index;
  while (!lines[first].isSeparate && lines[first - 1]?.trailing !== undefined) first--;
  while (lines[last + 1]?.trailing !== undefined && !lines[last + 1].isSeparate) last++;
  const bodies = lines.slice(first, last + 1).map(({ body }) => body);
  return Math.max(...bodies.filter((body) => !body.includes("\n")).map((body) => body.length), 0);
}

/** The edition is the only thing missing: nothing that looks like one stands anywhere. */
function isMissingEdition({ code, edits }: Diagnostic): boolean {
  const [edit] = edits ?? [];
  return code === "E0105" && edit !== undefined && edit.span.end === 0;
}
