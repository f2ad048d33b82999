/*
 * Turns stored bytes into elements: byte order, 16-bit floats, column-major order. Where the bytes
 * are the elements already, the result is a view of them: a file is held once.
 */
import { HamError } from "@hamlet/graph";

import {
  elementsOf,
  isDType,
  viewAs,
  type ArrayData,
  type ArrayEntry,
  type ArrayHeader,
  type TypedArray,
} from "./array-data.ts";

/** A file too large to be held, whose bytes are read where they are asked for. */
export interface OpenFile {
  readonly length: number;
  /** The bytes from one place to another, as of a `Uint8Array`; but a copy of them. */
  subarray(from?: number, to?: number): Uint8Array;
  /** Reads as many bytes as `target` has, from a place on. */
  readInto(target: Uint8Array, from: number): void;
  close(): Promise<void>;
}

/** The bytes of a file, or the file itself. */
export type FileBytes = Uint8Array | OpenFile;

const BYTES: Readonly<Record<string, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};

/** Bytes per element as stored, or undefined for a type that cannot be read. */
export function bytesPerElement(dtype: string): number | undefined {
  return BYTES[dtype];
}

/**
 * Stops at element types that have no array here.
 *
 * @throws HamError `core/unsupported-dtype`.
 */
export function assertReadable(dtype: string, source: string): void {
  if (bytesPerElement(dtype) === undefined) {
    throw new HamError(
      "core/unsupported-dtype",
      `${source}: expected numbers or Booleans, found elements of type "${dtype}". ` +
        'Convert the array before saving it, for example with array.astype("float32"); ' +
        "give names as labels in the model instead of in an array.",
      { source, dtype },
    );
  }
}

/** How the elements of a payload are laid out. */
export interface PayloadLayout {
  shape: number[];
  /** A type `bytesPerElement` knows. */
  dtype: string;
  /** Default false: little-endian. */
  bigEndian?: boolean;
  /** Default false: row-major. */
  columnMajor?: boolean;
}

/**
 * Decodes a payload of exactly the right length; 16-bit floats are widened to float32. The result
 * shares the memory of `bytes` where they are its elements.
 */
export function decodePayload(bytes: Uint8Array, layout: PayloadLayout): ArrayData {
  const { shape, dtype, columnMajor = false } = layout;
  const data = elementsIn(bytes, layout);
  return {
    shape: [...shape],
    dtype: isDType(dtype) ? dtype : "float32",
    data: columnMajor ? toRowMajor(data, shape) : data,
  };
}

/** Bytes of a large file that are read at a time: they stay in the cache until they are used. */
const PIECE = 2 ** 20;

/** Where the payload of an array begins, and what the file is called in errors. */
interface Payload {
  readonly file: FileBytes;
  readonly start: number;
  readonly source: string;
}

/** The entry of an array whose payload begins at a place of a file, named `source` in errors. */
export function payloadEntry(
  header: ArrayHeader,
  layout: PayloadLayout,
  { file, start, source }: Payload,
): ArrayEntry {
  const { shape, dtype, columnMajor = false } = layout;
  const count = elementsOf(shape);
  const width = BYTES[dtype];
  const read = () => {
    assertReadable(dtype, source);
    return decodePayload(file.subarray(start, start + count * width), layout);
  };
  const rows = (from: number, to: number) => rowsOf(layout, { file, start, source }, from, to);
  if (file instanceof Uint8Array || columnMajor) return { header, read, rows };
  return {
    header,
    read,
    rows,
    pieces: {
      *[Symbol.iterator]() {
        const bytes = new Uint8Array(Math.min(PIECE, count * width));
        for (let from = 0; from < count * width; from += PIECE) {
          const piece = bytes.subarray(0, Math.min(PIECE, count * width - from));
          file.readInto(piece, start + from);
          yield elementsIn(piece, layout);
        }
      },
    },
  };
}

/** Some whole rows at a time, without a look at the others. */
function* rowsOf(
  layout: PayloadLayout,
  { file, start, source }: Payload,
  from: number,
  to: number,
): Generator<TypedArray> {
  const { shape, dtype, columnMajor = false } = layout;
  assertReadable(dtype, source);
  const [count, ...axes] = shape;
  const [columns, width] = [elementsOf(axes), BYTES[dtype]];
  const atOnce = rowsAtOnce(columns * width);
  for (let at = from; at < to; at += atOnce) {
    const some = Math.min(atOnce, to - at);
    if (!columnMajor) {
      const first = start + at * columns * width;
      yield elementsIn(file.subarray(first, first + some * columns * width), layout);
      continue;
    }
    // The rows of a column lie side by side.
    const bytes = new Uint8Array(some * columns * width);
    for (let c = 0; c < columns; c++) {
      const first = start + (c * count + at) * width;
      bytes.set(file.subarray(first, first + some * width), c * some * width);
    }
    yield decodePayload(bytes, { ...layout, shape: [some, ...axes] }).data;
  }
}

/** How many rows of so many bytes are read at a time. */
export function rowsAtOnce(bytes: number): number {
  return Math.max(1, Math.floor(PIECE / Math.max(1, bytes)));
}

/** The elements of bytes that begin with one. */
export function elementsIn(
  bytes: Uint8Array,
  { dtype, bigEndian = false }: PayloadLayout,
): TypedArray {
  const width = BYTES[dtype];
  const swapped = bigEndian && width > 1;
  // Not bytes.slice(): that of a Node Buffer shares its memory.
  const own = swapped || bytes.byteOffset % width > 0 ? new Uint8Array(bytes) : bytes;
  if (swapped) swapBytes(own, width);
  if (dtype === "float16") return widened(viewAs("uint16", own) as Uint16Array);
  if (dtype !== "bfloat16") return viewAs(isDType(dtype) ? dtype : "uint8", own);
  const words = new Uint32Array(viewAs("uint16", own) as Uint16Array);
  for (let i = 0; i < words.length; i++) words[i] <<= 16;
  return new Float32Array(words.buffer);
}

/** All float16 as float32: 256 kB, made when the first file has some. */
let halves: Float32Array | undefined;

/** A float16 from its bits: a sign, five of the exponent, ten of the fraction. */
function half(word: number): number {
  const [exponent, fraction] = [(word >> 10) & 31, (word & 1023) / 1024];
  const sign = word >> 15 === 0 ? 1 : -1;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}

function widened(words: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, word) => half(word));
  const result = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) result[i] = halves[words[i]];
  return result;
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) {
    for (let a = start, b = start + width - 1; a < b; a++, b--) {
      const byte = bytes[a];
      bytes[a] = bytes[b];
      bytes[b] = byte;
    }
  }
}

function toRowMajor(data: TypedArray, shape: readonly number[]): TypedArray {
  if (elementsOf(shape) < 2) return data;
  const strides = shape.map((_, axis) => elementsOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  const ordered = data.slice();
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    ordered[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] += 1;
      from += strides[axis];
      if (index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return ordered;
}
