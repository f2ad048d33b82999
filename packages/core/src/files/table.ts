/*
 * Tables of numbers as text: CSV, TSV, semicolons, or blanks as `numpy.savetxt` writes them. A first
 * row of words names the columns; lines that begin with `#` are comments.
 *
 * PapaParse splits the text into cells.
 */
import { HamError } from "@hamlet/graph";
import Papa from "papaparse";

import type { ArrayEntry } from "./array-data.ts";
import { noColumn, noNames, type Wanted } from "./wanted.ts";
import { isBeyondFloat64, typedNumbers, typedWholes } from "./typed-numbers.ts";

const DELIMITERS = [",", "\t", ";", "|"];
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Numbers in other notations: decimal commas, thousands apart, hexadecimal, per cent. */
const OTHER_NUMBER = /^[+\-−]?(\d[\d.,'’_\s]*(e[+\-−]?\d+)?\s*%?|0x[\da-f]+|[.,]\d+)$/i;
const WORDS: ReadonlyMap<string, number> = new Map([
  ["true", 1],
  ["false", 0],
  ["nan", Number.NaN],
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["infinity", Infinity],
  ["-infinity", -Infinity],
]);

/** True for a text whose first line of content, or the one after it, holds a number in a cell. */
export function looksLikeTable(text: string): boolean {
  const lines = text.split(/\r\n|\n|\r/, 1000).filter((line) => !/^\s*(#|$)/.test(line));
  return lines
    .slice(0, 2)
    .some((line) => line.split(/[,\t;|\s"]+/).some((cell) => numberOf(cell) !== null));
}

/**
 * The rows of a table as an array `[rows, columns]`, or one column by the name in its first row.
 *
 * @throws HamError `core/bad-table` with row and column of a cell that is no number, or a row of
 * another length.
 * @throws HamError `core/unknown-array` for a column that is not there.
 */
export function openTable(text: string, { file, wanted }: Wanted): ArrayEntry {
  const { cells } = splitCells(text, { file, before: 0 });
  const layout = layoutOf(cells[0], { file, wanted });
  const { names, columns } = layout;
  const rows = names === null ? cells : cells.slice(1);
  const lead = names === null ? 1 : 2;
  if (rows.length === 0)
    throw badTable(file, { expected: "rows of numbers", found: "a row of names alone" });
  const numbers = numbersOf(rows, { layout, lead });
  const shape = wanted === undefined ? [rows.length, columns.length] : [rows.length];
  const wholes = numbers.some(isBeyondFloat64)
    ? typedWholes(
        shape,
        rows.flatMap((row) => columns.map((c) => row[c].trim())),
      )
    : null;
  const key = wanted === undefined ? {} : { key: wanted };
  return {
    ...key,
    header: { shape, dtype: "float32", ...key },
    typed: true,
    read: () => wholes ?? typedNumbers(shape, numbers),
  };
}

/** Cells of a text, or of a part of one behind `before` rows, which keeps the delimiter. */
export function splitCells(
  text: string,
  { file, before, delimiter: known }: { file: string; before: number; delimiter?: string },
): { readonly cells: string[][]; readonly delimiter: string } {
  const signs = DELIMITERS.filter((sign) => text.includes(sign));
  const blanks = known === undefined ? signs.length === 0 : known === " ";
  const source = blanks ? text.replaceAll(/[ \t]+/g, " ").replaceAll(/^ | $/gm, "") : text;
  const { data, errors, meta } = Papa.parse<string[]>(source, {
    comments: "#",
    skipEmptyLines: "greedy",
    ...(blanks
      ? { delimiter: " " }
      : known === undefined
        ? { delimitersToGuess: signs }
        : { delimiter: known }),
  });
  const quotes = errors.find(({ type }) => type === "Quotes");
  if (quotes !== undefined) {
    const row = before + (quotes.row ?? 0) + 1;
    const expected = `a quotation mark at both ends of a cell in row ${row}`;
    throw badTable(file, { expected, found: "one alone" }, "Write the other one.");
  }
  return { cells: data, delimiter: meta.delimiter };
}

/** What the first row of a table says about all of them. */
export interface TableLayout {
  readonly file: string;
  /** Cells of every row. */
  readonly width: number;
  readonly names: readonly string[] | null;
  /** Those that are wanted. */
  readonly columns: readonly number[];
}

/** The layout of a table that begins with these cells. */
export function layoutOf(first: readonly string[], { file, wanted }: Wanted): TableLayout {
  // A row of numbers that are written in another way is no row of names: it would be lost.
  const names = first.every((cell) => numberOf(cell) === null && !OTHER_NUMBER.test(cell.trim()))
    ? first.map((cell) => cell.trim())
    : null;
  const columns =
    wanted === undefined ? first.map((_, c) => c) : [columnOf({ file, wanted }, names)];
  return { file, width: first.length, names, columns };
}

/** The numbers in the wanted columns of rows, of which the first is row `lead` of the file. */
export function numbersOf(
  rows: readonly (readonly string[])[],
  { layout, lead }: { readonly layout: TableLayout; readonly lead: number },
): Float64Array {
  const { file, width, names, columns } = layout;
  for (const [r, row] of rows.entries()) {
    if (row.length === width) continue;
    const expected = `${width} cells in row ${r + lead}, as in the first`;
    throw badTable(file, { expected, found: String(row.length) });
  }
  const numbers = new Float64Array(rows.length * columns.length);
  for (const [r, row] of rows.entries()) {
    for (const [i, c] of columns.entries()) {
      const value = numberOf(row[c]);
      if (value === null) {
        const name = names === null ? "" : ` "${names[c]}"`;
        const found = row[c].trim() === "" ? "nothing" : JSON.stringify(row[c].slice(0, 40));
        const advice = OTHER_NUMBER.test(row[c].trim()) ? PLAIN : FILL_IN;
        throw badTable(
          file,
          { expected: `a number in row ${r + lead}, column ${c + 1}${name}`, found },
          advice,
        );
      }
      numbers[r * columns.length + i] = value;
    }
  }
  return numbers;
}

function numberOf(cell: string): number | null {
  const text = cell.trim();
  return NUMBER.test(text) ? Number(text) : (WORDS.get(text.toLowerCase()) ?? null);
}

function columnOf(
  { file, wanted }: { file: string; wanted: string },
  names: readonly string[] | null,
): number {
  if (names === null) throw noNames({ file, wanted }, "a table without a row of names");
  const found = names.indexOf(wanted);
  if (found !== names.lastIndexOf(wanted)) {
    const columns = names.flatMap((name, c) => (name === wanted ? [c + 1] : []));
    const found = `columns ${columns.join(" and ")}`;
    const advice = "Give every column a name of its own.";
    throw badTable(file, { expected: `one column named "${wanted}"`, found }, advice);
  }
  if (found >= 0) return found;
  throw noColumn({ file, wanted }, names);
}

const FILL_IN = 'Fill in the cell, or take one column by its name, as in "table.csv#height".';
const PLAIN = "Write it plainly: with a decimal point, a minus of the keyboard and no other marks.";

/** The error of a text that is no table of numbers. */
export function badTable(
  file: string,
  { expected, found }: { readonly expected: string; readonly found: string },
  advice = FILL_IN,
): HamError {
  return new HamError(
    "core/bad-table",
    `${file}: not a table of numbers. Expected ${expected}, found ${found}. ${advice}`,
    { file, expected, found },
  );
}
