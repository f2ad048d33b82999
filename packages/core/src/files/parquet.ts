/*
 * Parquet files: columns of numbers, or one column whose entries are lists. A row group is read at a
 * time, column by column.
 *
 * hyparquet decodes them, which whoever reads such files installs; it is loaded when a file is one.
 */
import { HamError } from "@hamlet/graph";
import type { AsyncBuffer, ColumnData, Compressors, SchemaTree } from "hyparquet";

import type { Rows } from "./array-data.ts";
import { nodeZlib } from "./node-zlib.ts";
import type { FileBytes } from "./payload.ts";
import { badColumns, noColumn, noNumbers, type Wanted } from "./wanted.ts";

/** The parts of hyparquet that read: what asks and what filters is left where it is. */
async function decoder(file: string) {
  try {
    const { parquetRead } = await import("hyparquet/src/read.js");
    const { parquetMetadataAsync, parquetSchema } = await import("hyparquet/src/metadata.js");
    return { parquetMetadataAsync, parquetRead, parquetSchema };
  } catch {
    const message = `${file}: Parquet is read by hyparquet. Install it: npm install hyparquet`;
    throw new HamError("core/no-parquet", message);
  }
}

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
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await decoder(file);
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
  const places = new Map<string, { at: number; length: number }>();
  let width = 0;
  for (const name of columns) {
    const chunk = first.find((one) => one.columnName === name);
    // One that is missing is told with its row.
    const length =
      chunk === undefined
        ? 0
        : (putCell(chunk.columnData[-chunk.rowStart], new Float64Array()) ?? 1);
    places.set(name, { at: width, length });
    width += length;
  }
  if (width === 0) throw badColumns("Parquet", file, "rows of numbers", "none");
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
          const end = Math.min(stop, at + most);
          yield numbersOf(chunks, { file, places, width, from: at, to: end });
        }
      }
    },
  };
}

/** Numbers of a piece, about: those of a group are written row by row, and a piece stays in the cache. */
const AT_ONCE = 2 ** 16;

/** Where the numbers of each column begin in a row, and how many there are. */
type Places = ReadonlyMap<string, { readonly at: number; readonly length: number }>;

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

function isList(cell: unknown): cell is readonly unknown[] {
  return Array.isArray(cell) || (ArrayBuffer.isView(cell) && "length" in cell);
}

/** Rows from one up to another, of column chunks that may hold others as well. */
function numbersOf(
  chunks: readonly ColumnData[],
  {
    file,
    places,
    width,
    from,
    to,
  }: { file: string; places: Places; width: number; from: number; to: number },
): Float64Array {
  const numbers = new Float64Array((to - from) * width);
  let cells = 0;
  for (const { columnName, columnData, rowStart } of chunks) {
    const { at, length } = places.get(columnName)!;
    const [begin, stop] = [Math.max(from, rowStart), Math.min(to, rowStart + columnData.length)];
    cells += Math.max(0, stop - begin);
    if (length === 1 && columnData instanceof Float32Array) {
      let place = (begin - from) * width + at;
      for (let row = begin; row < stop; row++, place += width) {
        numbers[place] = columnData[row - rowStart];
      }
      continue;
    }
    for (let row = begin; row < stop; row++) {
      const cell: unknown = columnData[row - rowStart];
      const place = (row - from) * width + at;
      if (length === 1 && typeof cell === "number") {
        numbers[place] = cell;
        continue;
      }
      const found = putCell(cell, numbers.subarray(place, place + length));
      if (found === length) continue;
      throw found === null
        ? badColumns("Parquet", file, `a number in row ${row}`, "nothing (null)")
        : badColumns(
            "Parquet",
            file,
            `${width} numbers in row ${row}, as in the first`,
            `${width - length + found}`,
          );
    }
  }
  const expected = (to - from) * places.size;
  if (cells !== expected) throw badColumns("Parquet", file, `${expected} cells`, `${cells}`);
  return numbers;
}

/** Writes the numbers of a cell, of so many as have room; returns how many it has, null where one is missing. */
function putCell(cell: unknown, into: Float64Array): number | null {
  if (!isList(cell)) {
    if (cell === null || cell === undefined) return null;
    into[0] = Number(cell);
    return 1;
  }
  let count = 0;
  for (const part of cell) {
    if (typeof part === "number") {
      into[count++] = part;
      continue;
    }
    const found = putCell(part, into.subarray(count));
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
