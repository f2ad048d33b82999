/*
 * Arrow files and streams (Feather of version 2 is one): columns of numbers, or one column whose entries
 * are lists. Some rows of a record batch are read at a time; of compressed ones the whole batch.
 */
import { HamError } from "@hamlet/graph";

import type { Rows } from "./array-data.ts";
import {
  ARROW,
  type ArrowBatch,
  type ArrowField,
  type ArrowLayout,
  readArrowLayout,
} from "./arrow-messages.ts";
import { nodeZlib } from "./node-zlib.ts";
import { elementsIn, type FileBytes, rowsAtOnce } from "./payload.ts";
import { asFloat64 } from "./typed-numbers.ts";
import { badColumns, noColumn, noNumbers, type Wanted } from "./wanted.ts";

/** A column that is read, and where its parts begin in every batch. */
interface Column {
  readonly field: ArrowField;
  readonly node: number;
  readonly buffer: number;
}

/** Rows of one batch. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * The rows of an Arrow file: all its columns of numbers side by side, or the one that is wanted, which
 * may hold lists of one length.
 *
 * @throws HamError `core/bad-arrow`, `core/unknown-array`, `core/unsupported-dtype`.
 */
export function openArrow(content: FileBytes, { file, wanted }: Wanted): Rows {
  const layout = orBad(file, () => readArrowLayout(content));
  const columns = orBad(file, () => columnsOf(layout, { file, wanted }));
  const batches = layout.batches.filter(({ rows }) => rows > 0);
  if (batches.length === 0) throw badColumns("Arrow", file, "rows of numbers", "none");
  const count = batches.reduce((sum, { rows }) => sum + rows, 0);
  const readAll = (batch: ArrowBatch, before: number) => {
    const read = readerOf(batch, { content, file, before });
    return (range: Range) => orBad(file, () => columns.map((column) => read(column, range)));
  };
  const widths = readAll(batches[0], 0)({ from: 0, to: 1 }).map(({ length }) => length);
  const width = widths.reduce((sum, each) => sum + each, 0);
  if (width === 0) throw badColumns("Arrow", file, "rows of numbers", "rows of none");
  return {
    count,
    width,
    async *pieces(from, to) {
      let end = 0;
      for (const stored of batches) {
        const start = end;
        end += stored.rows;
        const read = readAll(stored, start);
        for (let at = Math.max(from, start); at < Math.min(to, end);) {
          const some = Math.min(rowsAtOnce(8 * width), Math.min(to, end) - at);
          const parts = read({ from: at - start, to: at - start + some });
          yield sideBySide(parts, widths, { file, first: at, some });
          at += some;
        }
      }
    },
  };
}

function sideBySide(
  parts: readonly Float64Array[],
  widths: readonly number[],
  { file, first, some }: { readonly file: string; readonly first: number; readonly some: number },
): Float64Array {
  const width = widths.reduce((sum, each) => sum + each, 0);
  const numbers = new Float64Array(some * width);
  let before = 0;
  parts.forEach((part, c) => {
    const own = widths[c];
    if (part.length !== some * own) {
      throw badColumns(
        "Arrow",
        file,
        `${own} numbers in each row, as in the first`,
        `others behind row ${first}`,
      );
    }
    for (let r = 0; r < some; r++) {
      for (let i = 0; i < own; i++) numbers[r * width + before + i] = part[r * own + i];
    }
    before += own;
  });
  return numbers;
}

function columnsOf({ fields }: ArrowLayout, { file, wanted }: Wanted): Column[] {
  const names = fields.map(({ name }) => name);
  if (wanted !== undefined && !names.includes(wanted)) throw noColumn({ file, wanted }, names);
  let [node, buffer] = [0, 0];
  const columns: Column[] = [];
  for (const field of fields) {
    if (wanted === undefined || field.name === wanted) {
      if (!isNumeric(field)) {
        throw noNumbers({ file, wanted: field.name, other: names[0] }, `number ${field.type}`);
      }
      if (Number.isNaN(buffer)) throw new Error("others before it");
      columns.push({ field, node, buffer });
      if (wanted !== undefined) return columns;
    }
    node += nodesOf(field);
    buffer += buffersOf(field);
  }
  return columns;
}

function isNumeric({ type, isDictionary, bits, children }: ArrowField): boolean {
  if (isDictionary) return false;
  if (isList(type)) return isNumeric(children[0]);
  if (type === ARROW.bool) return true;
  return (type === ARROW.int || type === ARROW.float) && [8, 16, 32, 64].includes(bits);
}

function isList(type: number): boolean {
  return type === ARROW.fixedList || type === ARROW.list || type === ARROW.largeList;
}

function nodesOf({ children }: ArrowField): number {
  return children.reduce((sum, child) => sum + nodesOf(child), 1);
}

/** Buffers of each type, without its children; unions and what came later lay theirs out otherwise. */
const BUFFERS = [0, 0, 2, 2, 3, 3, 2, 2, 2, 2, 2, 2, 2, 1, NaN, 2, 1, 2, 2, 3, 3, 2];

/** How many buffers a column has, its children included. */
function buffersOf({ type, isDictionary, children }: ArrowField): number {
  if (isDictionary) return 2;
  return children.reduce((sum, child) => sum + buffersOf(child), BUFFERS[type] ?? NaN);
}

/** Where a batch is. */
interface Place {
  readonly content: FileBytes;
  readonly file: string;
  /** Rows before it. */
  readonly before: number;
}

/** Reads the numbers of some entries of a column; those of lists one after the other. */
type Read = (column: Column, range: Range) => Float64Array;

/** A reader of one batch. */
function readerOf({ nodes, buffers, codec }: ArrowBatch, { content, file, before }: Place): Read {
  /** Buffers that were expanded. */
  const wholes = new Map<number, Uint8Array>();
  const bytesOf = (index: number, from: number, to: number): Uint8Array => {
    const { offset, length } = buffers[index];
    let whole = wholes.get(index);
    if (codec !== null && whole === undefined) {
      const bytes = content.subarray(offset, offset + length);
      whole = length === 0 ? bytes : expanded(bytes, codec);
      wholes.set(index, whole);
    }
    if (to > (whole?.length ?? length)) throw new RangeError();
    return whole?.subarray(from, to) ?? content.subarray(offset + from, offset + to);
  };
  /** One bit for each entry. */
  const bitsOf = (index: number, { from, to }: Range): number[] => {
    const bytes = bytesOf(index, from >> 3, (to + 7) >> 3);
    const first = from & ~7;
    return Array.from({ length: to - from }, (_, i) => {
      const at = from + i - first;
      return (bytes[at >> 3] >> (at & 7)) & 1;
    });
  };
  const numbersOf = (index: number, dtype: string, width: number, { from, to }: Range) =>
    asFloat64(elementsIn(bytesOf(index, from * width, to * width), { dtype, shape: [] }));

  return function read({ field, node, buffer }, range): Float64Array {
    const { from, to } = range;
    if (nodes[node].nulls > 0) {
      const hole = bitsOf(buffer, range).indexOf(0);
      if (hole >= 0)
        throw badColumns(
          "Arrow",
          file,
          "numbers alone",
          `nothing (null) behind row ${before + from}`,
        );
    }
    const { type, bits, size, signed } = field;
    const below = (buffers: number, inside: Range) =>
      read({ field: field.children[0], node: node + 1, buffer: buffer + buffers }, inside);
    if (type === ARROW.fixedList) return below(1, { from: from * size, to: to * size });
    if (type === ARROW.list || type === ARROW.largeList) {
      const width = type === ARROW.list ? 4 : 8;
      const ends = numbersOf(buffer + 1, `int${8 * width}`, width, { from, to: to + 1 });
      const length = ends[1] - ends[0];
      const odd = ends.findIndex((end, i) => i > 0 && end - ends[i - 1] !== length);
      if (odd > 0) {
        const found = `one of ${ends[odd] - ends[odd - 1]} in row ${before + from + odd - 1}`;
        throw badColumns("Arrow", file, `lists of ${length} numbers`, found);
      }
      return below(2, { from: ends[0], to: ends[to - from] });
    }
    if (type === ARROW.bool) return Float64Array.from(bitsOf(buffer + 1, range));
    const kind = type === ARROW.float ? "float" : signed ? "int" : "uint";
    return numbersOf(buffer + 1, kind + bits, bits / 8, range);
  };
}

function expanded(bytes: Uint8Array, codec: "lz4" | "zstd"): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Where that is −1 it did not pay.
  if (view.getBigInt64(0, true) === -1n) return bytes.subarray(8);
  const zlib = nodeZlib();
  if (codec === "lz4" || zlib === undefined) {
    throw new Error(`${codec}, which is not expanded here: write it with zstd or without`);
  }
  return zlib.zstdDecompressSync(bytes.subarray(8));
}

function orBad<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (HamError.isInstance(error)) throw error;
    // Headers that lead nowhere.
    const isDamage = error instanceof RangeError || error instanceof TypeError;
    const found = isDamage ? "damage" : (error as Error).message;
    throw badColumns("Arrow", file, "columns that can be read", found);
  }
}
