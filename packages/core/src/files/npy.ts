// NumPy's `.npy` files: one array without a name.

import {
  assertArrayData,
  elementsOf,
  type ArrayData,
  type ArrayEntry,
  type DType,
} from "./array-data.ts";
import { badNpy, MAGIC, npyHeaderLength, readNpyHeader, type NpyHeader } from "./npy-header.ts";
import { bytesPerElement, type FileBytes, payloadEntry } from "./payload.ts";

const TYPES: Readonly<Record<DType, string>> = {
  bool: "|b1",
  int8: "|i1",
  uint8: "|u1",
  int16: "<i2",
  uint16: "<u2",
  int32: "<i4",
  uint32: "<u4",
  int64: "<i8",
  uint64: "<u8",
  float32: "<f4",
  float64: "<f8",
};

/** Every header is longer. */
const SHORTEST_HEADER = 12;

/**
 * Reads an `.npy` file: Booleans, integers of 8 to 64 bits and floats of 16 to 64 bits, either
 * byte order, row- or column-major. 16-bit floats are widened to float32. The result may
 * share the memory of `bytes`.
 *
 * @param source - the name to use in errors.
 * @throws HamError `core/bad-npy` when the file is malformed or its length disagrees with its shape.
 * @throws HamError `core/unsupported-dtype` for strings, complex numbers, objects and records.
 */
export function readNpy(bytes: Uint8Array, source = "npy data"): ArrayData {
  return openNpy(bytes, source).read();
}

/** Reads the header of an `.npy` file and checks the file's length; the payload stays as it is. */
export function openNpy(file: FileBytes, source: string): ArrayEntry {
  const start = file.subarray(0, SHORTEST_HEADER);
  const length = npyHeaderLength(start) ?? 0;
  const header = readNpyHeader(length > start.length ? file.subarray(0, length) : start, source);
  assertNpyLength(header, file.length, source);
  const { shape, dtype, payloadStart } = header;
  return payloadEntry({ shape, dtype }, header, { file, start: payloadStart, source });
}

/** Stops unless a file of `length` bytes holds exactly the array its header announces. */
export function assertNpyLength(header: NpyHeader, length: number, source: string): void {
  const width = bytesPerElement(header.dtype);
  const expected = elementsOf(header.shape) * (width ?? 0);
  const found = length - header.payloadStart;
  if (width !== undefined && found > expected) {
    // NumPy passes over them: a second array, or a header that belongs to other data.
    throw badNpy(
      source,
      `${expected} bytes of data for shape [${header.shape.join(", ")}] of ${header.dtype} and nothing behind them`,
      `${found} bytes`,
    );
  }
  if (width !== undefined && expected !== found) {
    throw badNpy(
      source,
      `${expected} bytes of data for shape [${header.shape.join(", ")}] of ${header.dtype}`,
      `${found} bytes`,
    );
  }
}

/**
 * Writes an `.npy` file, row-major and little-endian, that `numpy.load` reads.
 *
 * @throws HamError `core/bad-array` when shape, dtype and data disagree.
 */
export function writeNpy(array: ArrayData): Uint8Array {
  assertArrayData(array, "writeNpy");
  const { shape, dtype, data } = array;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '${TYPES[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // NumPy lets the data begin at a multiple of 64 bytes: behind ten bytes, the dict and a line feed.
  const length = Math.ceil((dict.length + 11) / 64) * 64;
  const bytes = new Uint8Array(length + data.byteLength);
  bytes.set([...MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${dict.padEnd(length - 11)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return bytes;
}
