/*
 * Patterns of a file, one a row, in pieces: what takes memory is a piece, whatever the file holds.
 *
 * Array files, Parquet and long tables are read where the rows are; what people type or draw is small
 * and held.
 */
import { HamError } from "@hamlet/graph";

import { looksLikeArrow } from "./arrow-messages.ts";
import { type ArrayEntry, elementsOf, type Rows, type TypedArray } from "./array-data.ts";
import { arrayFormatOf } from "./array-format.ts";
import { openDataFile } from "./data-file.ts";
import { type FileBytes, rowsAtOnce } from "./payload.ts";
import { asFloat64 } from "./typed-numbers.ts";
import { wantedOf } from "./wanted.ts";

/** Larger tables are read in pieces. */
const LARGEST_HELD = 2 ** 26;

/**
 * The rows of a file of numbers: `.npy`, `.npz`, safetensors, Parquet, Arrow, CSV, TSV and everything else
 * that `openDataFile` reads. Entries of the first axis are rows, whatever axes a row has.
 *
 * @param name - the file's name, for errors and for the key: `patterns.npz#xi`, `table.parquet#x`.
 * @throws HamError as `openDataFile` does, `core/no-parquet`, `core/bad-parquet`, `core/bad-arrow`, and
 * `core/no-rows` for an array without rows of numbers.
 * @example
 * const rows = await openRows("patterns.npy", bytes);
 * for await (const piece of rows.pieces(0, rows.count)) await memory.store(piece);
 */
export async function openRows(name: string, content: FileBytes, key?: string): Promise<Rows> {
  const { file, wanted } = wantedOf(name, key);
  if (looksLikeParquet(content.subarray(0, 4))) {
    const { openParquet } = await import("./parquet.ts");
    return openParquet(content, { file, wanted });
  }
  if (looksLikeArrow(content.subarray(0, 8))) {
    const { openArrow } = await import("./arrow.ts");
    return openArrow(content, { file, wanted });
  }
  const isText = arrayFormatOf(content) === null;
  if (isText && (/\.[ct]sv$/i.test(file) || content.length > LARGEST_HELD)) {
    const { openTableRows } = await import("./table-rows.ts");
    return openTableRows(content, { file, wanted });
  }
  return rowsOfEntry(name, await openDataFile(name, content, key));
}

/** "PAR1". */
function looksLikeParquet(start: Uint8Array): boolean {
  return [0x50, 0x41, 0x52, 0x31].every((byte, i) => start[i] === byte);
}

function rowsOfEntry(name: string, entry: ArrayEntry): Rows {
  const { shape } = entry.header;
  const [count = 0, ...axes] = shape;
  const width = elementsOf(axes);
  if (count === 0 || shape.length === 0 || width === 0) {
    throw new HamError(
      "core/no-rows",
      `${name}: expected patterns, one a row, such as [100, 28, 28]; found the shape [${shape.join(", ")}].`,
      { shape },
    );
  }
  const rows = (from: number, to: number) =>
    entry.rows?.(from, to) ?? heldRows(entry.read().data, width, [from, to]);
  return {
    count,
    width,
    async *pieces(from, to) {
      for (const piece of rows(from, to)) yield asFloat64(piece);
    },
  };
}

function* heldRows(
  data: TypedArray,
  width: number,
  [from, to]: readonly [number, number],
): Generator<TypedArray> {
  const atOnce = rowsAtOnce(8 * width);
  for (let at = from; at < to; at += atOnce) {
    yield data.subarray(at * width, Math.min(at + atOnce, to) * width);
  }
}
