/*
 * The messages of an Arrow file or stream: where its schema says which columns there are, and where its
 * record batches have their buffers. Only headers are read, whatever the number of rows.
 *
 * A header is a FlatBuffer: tables whose fields are found by a list of offsets. See "Serialization and
 * Interprocess Communication" of the Arrow columnar format.
 */
import type { FileBytes } from "./payload.ts";

/** A column, or a part of one. */
export interface ArrowField {
  readonly name: string;
  /** Its place in the list of types. */
  readonly type: number;
  /** Bits of a number; 16, 32 or 64 of floats. */
  readonly bits: number;
  readonly signed: boolean;
  /** Entries of a list of fixed size. */
  readonly size: number;
  readonly isDictionary: boolean;
  readonly children: readonly ArrowField[];
}

/** Types of columns that are read, by their places in the list of all. */
export const ARROW = { int: 2, float: 3, bool: 6, list: 12, fixedList: 16, largeList: 21 } as const;

/** Bytes of a file. */
interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Rows that are stored together. */
export interface ArrowBatch {
  readonly rows: number;
  /** Entries of each part of a column, in order, and how many of them are null. */
  readonly nodes: readonly { readonly length: number; readonly nulls: number }[];
  readonly buffers: readonly Extent[];
  /** How buffers are compressed. */
  readonly codec: "lz4" | "zstd" | null;
}

/** What a file holds. */
export interface ArrowLayout {
  readonly fields: readonly ArrowField[];
  readonly batches: readonly ArrowBatch[];
}

const [SCHEMA, DICTIONARY, RECORD_BATCH] = [1, 2, 3];
/** "ARROW1". */
const MAGIC = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31];

/** "ARROW1" of a file, or the beginning of a message of a stream. */
export function looksLikeArrow(start: Uint8Array): boolean {
  return isMagic(start) || [0, 1, 2, 3].every((i) => start[i] === 0xff);
}

function isMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the headers of all messages.
 * @throws RangeError for one that leads out of itself; Error with what is not as expected.
 */
export function readArrowLayout(content: FileBytes): ArrowLayout {
  let fields: readonly ArrowField[] | null = null;
  const batches: ArrowBatch[] = [];
  const isFile = isMagic(content.subarray(0, MAGIC.length));
  if (isFile && !isMagic(content.subarray(content.length - MAGIC.length))) {
    throw new Error("no end");
  }
  for (let at = isFile ? 8 : 0; ;) {
    // Without its word for the end a stream may have been cut short.
    if (at + 8 > content.length) throw new Error("no end");
    const [marker, length] = wordsAt(content, at);
    if (marker === 0xffffffff && length === 0) break;
    if (marker !== 0xffffffff) throw new Error("another message");
    const header = rootOf(content.subarray(at + 8, at + 8 + length));
    const [kind, message] = [numberOf(header, 1, "Uint8"), tableOf(header, 2)];
    const body = at + 8 + length;
    const bodyLength = numberOf(header, 3, "BigInt64");
    if (length < 0 || bodyLength < 0 || body + bodyLength > content.length) {
      throw new Error("no end");
    }
    if (kind === SCHEMA) fields = schemaOf(message);
    else if (kind === RECORD_BATCH) batches.push(batchOf(message, body));
    else if (kind !== DICTIONARY) throw new Error("another message");
    at = body + bodyLength;
  }
  if (fields === null) throw new Error("no schema");
  return { fields, batches };
}

function wordsAt(content: FileBytes, at: number): [number, number] {
  const bytes = content.subarray(at, at + 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [view.getUint32(0, true), view.getInt32(4, true)];
}

function schemaOf(schema: Table): ArrowField[] {
  if (numberOf(schema, 0, "Int16") !== 0) throw new Error("numbers with the highest byte first");
  return tablesOf(schema, 1).map(fieldOf);
}

function fieldOf(field: Table): ArrowField {
  const type = numberOf(field, 2, "Uint8");
  const about = tableOf(field, 3);
  const size = numberOf(about, 0, "Int32");
  return {
    name: textOf(field, 0),
    type,
    bits: type === ARROW.float ? 16 * 2 ** numberOf(about, 0, "Int16") : size,
    signed: numberOf(about, 1, "Uint8") !== 0,
    size,
    isDictionary: tableOf(field, 4) !== null,
    children: tablesOf(field, 5).map(fieldOf),
  };
}

function batchOf(batch: Table, body: number): ArrowBatch {
  const compression = tableOf(batch, 3);
  return {
    rows: numberOf(batch, 0, "BigInt64"),
    nodes: pairsOf(batch, 1).map(([length, nulls]) => ({ length, nulls })),
    buffers: pairsOf(batch, 2).map(([offset, length]) => ({ offset: body + offset, length })),
    codec: compression === null ? null : numberOf(compression, 0, "Uint8") === 0 ? "lz4" : "zstd",
  };
}

/** A table of a FlatBuffer; null is one that is left out, all of whose fields are. */
type Table = { readonly view: DataView; readonly at: number } | null;

/** Where a field is; 0 for one that is left out. */
function placeOf(table: Table, index: number): number {
  if (table === null) return 0;
  const { view, at } = table;
  const offsets = at - view.getInt32(at, true);
  const entry = 4 + 2 * index;
  if (entry >= view.getUint16(offsets, true)) return 0;
  const offset = view.getUint16(offsets + entry, true);
  return offset === 0 ? 0 : at + offset;
}

/** A number; 0 for one that is left out. */
function numberOf(
  table: Table,
  index: number,
  kind: "Uint8" | "Int16" | "Int32" | "BigInt64",
): number {
  const place = placeOf(table, index);
  return place === 0 ? 0 : Number(table!.view[`get${kind}`](place, true));
}

/** Where the offset at a place leads. */
function followed({ view }: NonNullable<Table>, place: number): number {
  return place + view.getUint32(place, true);
}

function tableOf(table: Table, index: number): Table {
  const place = placeOf(table, index);
  return place === 0 ? null : { view: table!.view, at: followed(table!, place) };
}

function textOf(table: Table, index: number): string {
  const bytes = entriesOf(table, index, 1).map((place) => table!.view.getUint8(place));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function tablesOf(table: Table, index: number): Table[] {
  return entriesOf(table, index, 4).map((place) => ({
    view: table!.view,
    at: followed(table!, place),
  }));
}

/** Pairs of whole numbers of 64 bits. */
function pairsOf(table: Table, index: number): [number, number][] {
  const long = (place: number) => Number(table!.view.getBigInt64(place, true));
  return entriesOf(table, index, 16).map((place) => [long(place), long(place + 8)]);
}

/** The places of entries of so many bytes. */
function entriesOf(table: Table, index: number, width: number): number[] {
  const place = placeOf(table, index);
  if (place === 0) return [];
  const at = followed(table!, place);
  const length = table!.view.getUint32(at, true);
  if (at + 4 + length * width > table!.view.byteLength) throw new RangeError();
  return Array.from({ length }, (_, i) => at + 4 + i * width);
}

function rootOf({ buffer, byteOffset, byteLength }: Uint8Array): Table {
  const view = new DataView(buffer, byteOffset, byteLength);
  return { view, at: view.getUint32(0, true) };
}
