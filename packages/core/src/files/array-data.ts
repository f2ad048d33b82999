/*
 * Arrays as plain data: what array files hold, before anything becomes a tensor.
 */
import { HamError } from "@hamlet/graph";

/** Any flat numeric array of JavaScript. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An array: `data` holds the elements in row-major order, the empty shape one element. */
export interface ArrayData {
  shape: number[];
  /** The elements' type by NumPy's name; `bool` is kept as bytes 0 and 1. */
  dtype: string;
  data: TypedArray;
}

/** What a file says about one of its arrays. */
export interface ArrayHeader {
  /** The array's name; an `.npy` file holds one array and no name. */
  key?: string;
  shape: number[];
  /** NumPy's name of the element type as stored, or the file's own word where Hamlet has none. */
  dtype: string;
}

/** An array of a file: its name is known, its header and payload are read when asked for. */
export interface ArrayEntry {
  /** The array's name; an `.npy` file holds one array and no name. */
  readonly key?: string;
  /** Shape and type, from the header alone. */
  readonly header: ArrayHeader;
  /**
   * True where the file knows numbers but not arrays: one picture, or one row, may be an array
   * without that axis.
   */
  readonly typed?: boolean;
  /** The number of the brightest level of a picture. */
  readonly brightest?: number;
  /**
   * The array itself; takes the memory that the header announces, and no more. It may share that of
   * the bytes that were handed in.
   */
  read(): ArrayData;
  /**
   * The elements in their order, some at a time, where the file is too large to be held; a piece is
   * overwritten by the next.
   */
  readonly pieces?: Iterable<TypedArray>;
  /**
   * The elements of rows, entries of the first axis, from one up to another: some whole rows at a
   * time, in row-major order, with no more of the file than that; where the format allows it.
   */
  rows?(from: number, to: number): Iterable<TypedArray>;
}

/** Rows of numbers that are read when they are asked for. */
export interface Rows {
  readonly count: number;
  /** Numbers in a row: all axes behind the first. */
  readonly width: number;
  /**
   * The rows from one up to another in float64, some whole rows at a time; a piece may be overwritten
   * by the next.
   */
  pieces(from: number, to: number): AsyncIterable<Float64Array>;
}

const STORAGE = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The element types that can be held in memory and written. */
export type DType = keyof typeof STORAGE;

/** True for the name of an element type that can be held in memory and written. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(STORAGE, name);
}

/** Views bytes, which begin at a multiple of their width, as elements of a type. */
export function viewAs(dtype: DType, { buffer, byteOffset, byteLength }: Uint8Array): TypedArray {
  const Storage = STORAGE[dtype];
  const length = byteLength / Storage.BYTES_PER_ELEMENT;
  return new Storage(buffer as ArrayBuffer, byteOffset, length);
}

/** The number of elements of a shape; `Infinity` where it cannot be counted exactly. */
export function elementsOf(shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  return Number.isSafeInteger(count) ? count : Infinity;
}

/**
 * Stops unless shape, type and data of an array to be written agree.
 *
 * @throws HamError `core/bad-array`.
 */
export function assertArrayData(
  array: ArrayData,
  what: string,
): asserts array is ArrayData & { dtype: DType } {
  const { shape, dtype, data } = array;
  const elements = elementsOf(shape);
  const fits =
    isDType(dtype) &&
    data instanceof STORAGE[dtype] &&
    data.length === elements &&
    shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0);
  if (!fits) {
    throw new HamError(
      "core/bad-array",
      `${what}: shape, dtype and data disagree. Shape [${shape.join(", ")}] of ${dtype} needs ` +
        `${elements} elements in ${isDType(dtype) ? STORAGE[dtype].name : "no array Hamlet knows"}, ` +
        `found ${data.length} in ${data.constructor.name}. ` +
        `Known dtypes: ${Object.keys(STORAGE).join(", ")}.`,
      { shape, dtype, length: data.length },
    );
  }
}
