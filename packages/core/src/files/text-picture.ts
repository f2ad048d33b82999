/*
 * Pictures typed as text: `#` is 1 and `.` is 0, a blank line stands between two pictures.
 *
 *     .#.
 *     ###
 *     #.#
 */
import { HamError } from "@hamlet/graph";

import type { ArrayEntry } from "./array-data.ts";
import { noNames, type Wanted } from "./wanted.ts";

/** Letters that mean 1 and letters that mean 0; `1` goes with `0` and `+` with `-` alone. */
const PAIRS: readonly (readonly [ink: string, paper: string])[] = [
  ["#Xx*@Oo█■●", "._ ·□░○"],
  ["1", "0"],
  ["+", "-"],
];

/** Paper that is no blank. */
const SEEN_PAPER = /[._·□░○0-]/;

/** Pictures as rows of text, and the letter that means 1. */
export interface TextPictures {
  readonly pictures: readonly (readonly string[])[];
  readonly ink: string;
}

/**
 * The pictures of a text, or null when it is none: other letters than one for 1 and one for 0, or
 * rows of one letter, which are a column of a table.
 */
export function textPictures(text: string): TextPictures | null {
  const written = text.split(/\r\n|\n|\r/);
  const trimmed = written.map((line) => line.trimEnd());
  // Blanks at the ends of rows are nothing, unless blanks are paper.
  const lines = trimmed.some((line) => SEEN_PAPER.test(line)) ? trimmed : written;
  const letters = new Set(lines.flatMap((line) => Array.from(line)));
  const pair = PAIRS.find(([ink, paper]) =>
    [...letters].every((letter) => ink.includes(letter) || paper.includes(letter)),
  );
  if (letters.size === 0 || pair === undefined) return null;
  const [inks, papers] = pair.map((side) => [...letters].filter((letter) => side.includes(letter)));
  if (inks.length > 1 || papers.length > 1) return null;
  // With blanks for paper, an editor may have cut off the ends of rows.
  const blank = papers[0] === " " || papers.length === 0;
  const width = Math.max(...lines.map((line) => Array.from(line).length));
  if (width < 2) return null;
  const pictures: string[][] = [];
  let open = false;
  for (const line of lines) {
    if (line === "") {
      open = false;
      continue;
    }
    if (!open) pictures.push([]);
    open = true;
    pictures.at(-1)!.push(blank ? line + " ".repeat(width - Array.from(line).length) : line);
  }
  return { pictures, ink: inks[0] ?? "" };
}

/**
 * The pictures as an array `[K, H, W]` of 0 and 1.
 *
 * @throws HamError `core/bad-text-picture` when they are not all of one size.
 */
export function openTextPicture(
  { pictures, ink }: TextPictures,
  { file, wanted }: Wanted,
): ArrayEntry {
  if (wanted !== undefined) throw noNames({ file, wanted }, "pictures typed as text");
  const [height, width] = [pictures[0].length, Array.from(pictures[0][0]).length];
  for (const [k, rows] of pictures.entries()) {
    if (rows.length !== height) {
      throw unequal(
        file,
        `picture ${k + 1} with ${rows.length} rows`,
        `${height} rows as in the first`,
      );
    }
    for (const [y, row] of rows.entries()) {
      const found = Array.from(row).length;
      if (found === width) continue;
      const expected = `${width} letters as in the first row`;
      throw unequal(file, `row ${y + 1} of picture ${k + 1} with ${found} letters`, expected);
    }
  }
  const shape = [pictures.length, height, width];
  return {
    header: { shape, dtype: "bool" },
    typed: true,
    read: () => {
      const letters = pictures.flatMap((rows) => rows.flatMap((row) => Array.from(row)));
      const data = Uint8Array.from(letters, (letter) => (letter === ink ? 1 : 0));
      return { shape, dtype: "bool", data };
    },
  };
}

function unequal(file: string, found: string, expected: string): HamError {
  return new HamError(
    "core/bad-text-picture",
    `${file}: pictures of one file have one size. Expected ${expected}, found ${found}. ` +
      "Make them equal, or put them into files of their own.",
    { file, expected, found },
  );
}
