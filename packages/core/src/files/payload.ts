/*
 * Turns stored bytes into elements: byte order, 16-bit floats, column-major order. The result
 * never shares memory with the file.
 */
import { float16ToFloat32 } from "npyjs";

import { elementsOf, isDType, viewAs, type ArrayData, type TypedArray } from "./array-data.ts";

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

/** Decodes a payload of exactly the right length; 16-bit floats are widened to float32. */
export function decodePayload(bytes: Uint8Array, layout: PayloadLayout): ArrayData {
  const { shape, dtype, bigEndian = false, columnMajor = false } = layout;
  // Not bytes.slice(): that of a Node Buffer shares its memory.
  const copy = new Uint8Array(bytes);
  if (bigEndian) swapBytes(copy, BYTES[dtype]);
  let data: TypedArray;
  if (dtype === "float16") {
    data = Float32Array.from(new Uint16Array(copy.buffer), float16ToFloat32);
  } else if (dtype === "bfloat16") {
    data = new Float32Array(Uint32Array.from(new Uint16Array(copy.buffer), (w) => w << 16).buffer);
  } else {
    data = viewAs(isDType(dtype) ? dtype : "uint8", copy.buffer);
  }
  return {
    shape: [...shape],
    dtype: isDType(dtype) ? dtype : "float32",
    data: columnMajor ? toRowMajor(data, shape) : data,
  };
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) {
    bytes.subarray(start, start + width).reverse();
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
