/*
 * Parquet files: columns of numbers, or one column whose entries are lists. A row group is read at a
 * time, column by column.
 *
 * hyparquet decodes them, which whoever reads such files installs; it is loaded when a file is one.
 */
import { HamError } from "@hamlet/graph";
import type { AsyncBuffer, ColumnData, Compressors, DecodedArray, SchemaTree } from "hyparquet";

import type { Rows } from "./array-data.ts";
import { nodeZlib } from "./node-zlib.ts";
import type { FileBytes } from "./payload.ts";
import { badColumns, noColumn, noNumbers, type Wanted } from "./wanted.ts";

/** Physical types of columns of numbers. */
const NUMBERS = new Set(["BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE"]);

/**
 * The rows of a Parquet file: all its columns of numbers side by side, in the order of the file, or
 * the one that is wanted, which may hold lists of one length.
 *
 * @throws HamError `core/no-parquet`, `core/bad-parquet`, `core/unknown-array`,
 * `core/unsupported-dtype`.
 */
export async function openParquet(content: FileBytes, { file, wanted }: Wanted): Promise<Rows> {
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet").catch(
    () => {
      const message = `${file}: Parquet is read by hyparquet. Install it: npm install hyparquet`;
      throw new HamError("core/no-parquet", message);
    },
  );
  const buffer: AsyncBuffer = {
    byteLength: content.length,
    slice(from, to) {
      const bytes = content.subarray(from < 0 ? content.length + from : from, to);
      const { buffer: all, byteOffset, length } = bytes;
      // What was read for this alone is handed on as it is.
      const isWhole = length === all.byteLength;
      return (isWhole ? all : all.slice(byteOffset, byteOffset + length)) as ArrayBuffer;
    },
  };
  const metadata = await orBad(file, () => parquetMetadataAsync(buffer));
  const columns = columnsOf(parquetSchema(metadata).children, { file, wanted });
  const compressors = compressorsHere();
  const read = (rowStart: number, rowEnd: number) =>
    orBad(file, async () => {
      const chunks: ColumnData[] = [];
      const onChunk = (chunk: ColumnData) => void chunks.push(chunk);
      const range = { rowStart, rowEnd, useOffsetIndex: true };
      await parquetRead({ file: buffer, metadata, columns, compressors, ...range, onChunk });
      return chunks;
    });
  const count = Number(metadata.num_rows);
  const first = count === 0 ? [] : await read(0, 1);
  const places = placesOf(columns, first);
  if (places === null) throw badColumns("Parquet", file, "rows of numbers", "none");
  const { width } = places;
  const most = Math.max(1, Math.floor(AT_ONCE / width));
  return {
    count,
    width,
    async *pieces(from, to) {
      let end = 0;
      for (const group of metadata.row_groups) {
        const start = end;
        end += Number(group.num_rows);
        const [begin, stop] = [Math.max(from, start), Math.min(to, end)];
        if (begin >= stop) continue;
        const chunks = await read(begin, stop);
        for (let at = begin; at < stop; at += most) {
          yield numbersOf(chunks, { file, places, from: at, to: Math.min(stop, at + most) });
        }
      }
    },
  };
}

/** Numbers of a piece, about: those of a group are written row by row, and a piece stays in the cache. */
const AT_ONCE = 2 ** 16;

/** Where the numbers of each column begin in a row, and how many there are. */
interface Places {
  readonly width: number;
  readonly of: ReadonlyMap<string, { readonly at: number; readonly length: number }>;
}

/** By the first row; null where there is none. */
function placesOf(columns: readonly string[], chunks: readonly ColumnData[]): Places | null {
  const of = new Map<string, { at: number; length: number }>();
  let width = 0;
  for (const name of columns) {
    const chunk = chunks.find((one) => one.columnName === name && one.columnData.length > 0);
    if (chunk === undefined) return null;
    const length = lengthOf(chunk.columnData[-chunk.rowStart]);
    of.set(name, { at: width, length });
    width += length;
  }
  return columns.length === 0 ? null : { width, of };
}

function columnsOf(children: readonly SchemaTree[], { file, wanted }: Wanted): string[] {
  const keys = children.map(({ element }) => element.name);
  if (wanted !== undefined && !keys.includes(wanted)) throw noColumn({ file, wanted }, keys);
  const chosen = children.filter(({ element }) => wanted === undefined || element.name === wanted);
  for (const column of chosen) {
    const type = typeOf(column);
    if (NUMBERS.has(type)) continue;
    throw noNumbers({ file, wanted: column.element.name, other: keys[0] }, type);
  }
  return chosen.map(({ element }) => element.name);
}

/** The physical type of a column's numbers, also inside of lists; a logical one, such as a date, as it is. */
function typeOf({ element, children }: SchemaTree): string {
  if (children.length === 1) return typeOf(children[0]);
  if (children.length > 1) return "struct";
  const logical = element.logical_type?.type ?? element.converted_type;
  if (logical === "FLOAT16") return "FLOAT";
  if (logical !== undefined && !/^(U?INT|INTEGER)/.test(logical)) return logical;
  return element.type ?? "unknown";
}

function lengthOf(cell: unknown): number {
  return isList(cell) ? cell.reduce<number>((sum, part) => sum + lengthOf(part), 0) : 1;
}

function isList(cell: unknown): cell is readonly unknown[] {
  return Array.isArray(cell) || (ArrayBuffer.isView(cell) && "length" in cell);
}

/** Rows from one up to another, of column chunks that may hold others as well. */
function numbersOf(
  chunks: readonly ColumnData[],
  {
    file,
    places: { width, of },
    from,
    to,
  }: { readonly file: string; readonly places: Places; readonly from: number; readonly to: number },
): Float64Array {
  const numbers = new Float64Array((to - from) * width);
  let cells = 0;
  for (const { columnName, columnData, rowStart } of chunks) {
    const { at, length } = of.get(columnName)!;
    const [begin, stop] = [Math.max(from, rowStart), Math.min(to, rowStart + columnData.length)];
    cells += Math.max(0, stop - begin);
    if (length === 1 && isNumbers(columnData)) {
      let place = (begin - from) * width + at;
      for (let row = begin; row < stop; row++, place += width) {
        numbers[place] = columnData[row - rowStart];
      }
      continue;
    }
    for (let row = begin; row < stop; row++) {
      const cell: unknown = columnData[row - rowStart];
      const put = { numbers, at: (row - from) * width + at, length };
      const found = putCell(cell, put);
      if (found === length) continue;
      const [expected, what] =
        found === null
          ? [`a number in row ${row}`, "nothing (null)"]
          : [`${width} numbers in row ${row}, as in the first`, `${width - length + found}`];
      throw badColumns("Parquet", file, expected, what);
    }
  }
  if (cells !== (to - from) * of.size) {
    throw badColumns("Parquet", file, `${(to - from) * of.size} cells`, `${cells}`);
  }
  return numbers;
}

/** What holds nothing but numbers that need no look. */
function isNumbers(data: DecodedArray): data is Float32Array | Float64Array | Int32Array {
  return data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array;
}

/** Writes the numbers of a cell; returns how many it has, null where one is missing. */
function putCell(
  cell: unknown,
  put: { readonly numbers: Float64Array; readonly at: number; readonly length: number },
): number | null {
  const { numbers, at, length } = put;
  if (typeof cell === "number") {
    numbers[at] = cell;
    return 1;
  }
  if (!isList(cell)) {
    if (cell === null || cell === undefined) return null;
    numbers[at] = Number(cell);
    return 1;
  }
  let count = 0;
  for (let i = 0; i < cell.length; i++) {
    const part: unknown = cell[i];
    // Behind the last place nothing is written: the length is compared by who asks.
    if (typeof part === "number") {
      if (count < length) numbers[at + count] = part;
      count++;
      continue;
    }
    const found = putCell(part, { numbers, at: at + count, length: length - count });
    if (found === null) return null;
    count += found;
  }
  return count;
}

/** What expands pages beside Snappy: Node has it, pages do not. */
function compressorsHere(): Compressors {
  const zlib = nodeZlib();
  if (zlib === undefined) return {};
  return {
    GZIP: (bytes) => zlib.gunzipSync(bytes),
    BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
    ZSTD: (bytes) => zlib.zstdDecompressSync(bytes),
  };
}

async function orBad<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (HamError.isInstance(error)) throw error;
    throw badColumns(
      "Parquet",
      file,
      "columns that can be read",
      error instanceof Error ? error.message : "damage",
    );
  }
}
