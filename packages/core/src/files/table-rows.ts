/*
 * A table of numbers too long to be held: read a piece at a time, each cut behind its last line.
 *
 * A first pass counts the rows and keeps where each piece begins, so that rows far behind are found
 * without the text before them.
 */
import type { Rows } from "./array-data.ts";
import type { FileBytes } from "./payload.ts";
import { badTable, layoutOf, numbersOf, splitCells } from "./table.ts";
import type { Wanted } from "./wanted.ts";

/** Bytes that are read at a time. */
const PIECE = 2 ** 20;

const [NEWLINE, RETURN] = [10, 13];

/** A piece of the text, and what is before it. */
interface Piece {
  readonly from: number;
  readonly to: number;
  /** Rows in front of it, that of names included. */
  readonly before: number;
}

/**
 * The rows of a table that is not read as a whole.
 * @throws HamError as `openTable` does.
 */
export function openTableRows(content: FileBytes, wanted: Wanted): Rows {
  const { file } = wanted;
  const textOf = (from: number, to: number) => decode(content.subarray(from, to), file);
  const pieces: Piece[] = [];
  let known: { first: string[]; delimiter: string } | null = null;
  let before = 0;
  for (let from = 0; from < content.length;) {
    const to = endOfLine(content, from, file);
    const { cells, delimiter } = splitCells(textOf(from, to), {
      file,
      before,
      ...(known === null ? {} : { delimiter: known.delimiter }),
    });
    if (cells.length > 0) {
      known ??= { first: cells[0], delimiter };
      pieces.push({ from, to, before });
      before += cells.length;
    }
    from = to;
  }
  if (known === null) throw badTable(file, { expected: "rows of numbers", found: "no rows" });
  const layout = layoutOf(known.first, wanted);
  const { delimiter } = known;
  const lead = layout.names === null ? 0 : 1;
  return {
    count: before - lead,
    width: layout.columns.length,
    async *pieces(from, to) {
      for (const [p, piece] of pieces.entries()) {
        const end = pieces[p + 1]?.before ?? before;
        if (end <= from + lead || piece.before >= to + lead) continue;
        const text = textOf(piece.from, piece.to);
        const { cells } = splitCells(text, { file, before: piece.before, delimiter });
        const first = Math.max(from + lead, piece.before);
        const rows = cells.slice(first - piece.before, to + lead - piece.before);
        yield numbersOf(rows, { layout, lead: first + 1 });
      }
    },
  };
}

/** Behind the last line that ends in a piece; a longer line is a piece of its own. */
function endOfLine(content: FileBytes, from: number, file: string): number {
  for (let size = PIECE; ; size *= 2) {
    const to = Math.min(from + size, content.length);
    if (to === content.length) return to;
    const bytes = content.subarray(from, to);
    const last = bytes.lastIndexOf(NEWLINE);
    const end = last >= 0 ? last : bytes.subarray(0, -1).lastIndexOf(RETURN);
    if (end >= 0) return from + end + 1;
    if (size > 64 * PIECE) {
      const found = `one of more than ${size} bytes`;
      throw badTable(file, { expected: "lines", found }, "Write one pattern a line.");
    }
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badTable(file, { expected: "text in UTF-8", found: "other bytes" }, "Save it as UTF-8.");
  }
}
