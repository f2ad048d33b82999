/*
 * NumPy's `.npy` files: one array without a name.
 *
 * Writing is npyjs. Reading is not: npyjs takes whatever follows the header, so a truncated file
 * or a wrong shape would come back as a wrong array instead of an error.
 */
import { HamError } from "@hamlet/graph";
import { dump, type DType as NpyjsDType } from "npyjs";

import {
  assertArrayData,
  elementsOf,
  type ArrayData,
  type ArrayEntry,
  type DType,
} from "./array-data.ts";
import { badNpy, readNpyHeader, type NpyHeader } from "./npy-header.ts";
import { bytesPerElement, decodePayload } from "./payload.ts";

const CODES: Readonly<Record<DType, NpyjsDType>> = {
  bool: "b1",
  int8: "i1",
  uint8: "u1",
  int16: "i2",
  uint16: "u2",
  int32: "i4",
  uint32: "u4",
  int64: "i8",
  uint64: "u8",
  float32: "f4",
  float64: "f8",
};

/**
 * Reads an `.npy` file: Booleans, integers of 8 to 64 bits and floats of 16 to 64 bits, either
 * byte order, row- or column-major. 16-bit floats are widened to float32.
 *
 * @param source - the name to use in errors.
 * @throws HamError `core/bad-npy` when the file is malformed or its length disagrees with its shape.
 * @throws HamError `core/unsupported-dtype` for strings, complex numbers, objects and records.
 */
export function readNpy(bytes: Uint8Array, source = "npy data"): ArrayData {
  return openNpy(bytes, source).read();
}

/** Reads the header of an `.npy` file and checks the file's length; the payload stays as it is. */
export function openNpy(bytes: Uint8Array, source: string): ArrayEntry {
  const header = readNpyHeader(bytes, source);
  assertNpyLength(header, bytes.length, source);
  return {
    header: { shape: header.shape, dtype: header.dtype },
    read: () => {
      assertReadable(header.dtype, source);
      return decodePayload(bytes.subarray(header.payloadStart), header);
    },
  };
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

/**
 * Writes an `.npy` file, row-major and little-endian, that `numpy.load` reads.
 *
 * @throws HamError `core/bad-array` when shape, dtype and data disagree.
 */
export function writeNpy(array: ArrayData): Uint8Array {
  assertArrayData(array, "writeNpy");
  return new Uint8Array(dump(array.data, array.shape, { dtype: CODES[array.dtype] }));
}
