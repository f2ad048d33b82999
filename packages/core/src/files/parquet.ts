/*
 * Parquet files: columns of numbers, or one column whose entries are lists. A row group is read at a
 * time.
 *
 * hyparquet decodes them, which whoever reads such files installs; it is loaded when a file is one.
 */
import { HamError } from "@hamlet/graph";
import type { AsyncBuffer, Compressors, SchemaTree } from "hyparquet";

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
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    },
  };
  const metadata = await orBad(file, () => parquetMetadataAsync(buffer));
  const columns = columnsOf(parquetSchema(metadata).children, { file, wanted });
  const compressors = compressorsHere();
  const read = (rowStart: number, rowEnd: number) =>
    orBad(file, async () => {
      let rows: unknown[][] = [];
      const onComplete = (complete: unknown[][]) => void (rows = complete);
      const range = { rowStart, rowEnd, useOffsetIndex: true };
      await parquetRead({ file: buffer, metadata, columns, compressors, ...range, onComplete });
      return rows;
    });
  const count = Number(metadata.num_rows);
  const [first] = count === 0 ? [] : await read(0, 1);
  if (first === undefined) {
    throw badColumns("Parquet", file, "rows of numbers", "none");
  }
  const width = first.reduce<number>((sum, cell) => sum + lengthOf(cell), 0);
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
        yield numbersOf(await read(begin, stop), { file, width, first: begin });
      }
    },
  };
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

function numbersOf(
  rows: readonly (readonly unknown[])[],
  { file, width, first }: { readonly file: string; readonly width: number; readonly first: number },
): Float64Array {
  const numbers = new Float64Array(rows.length * width);
  for (const [r, row] of rows.entries()) {
    let at = r * width;
    const put = (cell: unknown) => {
      if (isList(cell)) {
        for (const part of cell) put(part);
        return;
      }
      if (cell === null || cell === undefined) {
        throw badColumns("Parquet", file, `a number in row ${first + r}`, "nothing (null)");
      }
      // Behind the last place nothing is written: the length is compared below.
      if (at < numbers.length) numbers[at] = Number(cell);
      at++;
    };
    row.forEach(put);
    const found = at - r * width;
    if (found !== width) {
      throw badColumns(
        "Parquet",
        file,
        `${width} numbers in row ${first + r}, as in the first`,
        `${found}`,
      );
    }
  }
  return numbers;
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
