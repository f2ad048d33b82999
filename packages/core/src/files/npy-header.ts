/*
 * The header of an `.npy` file: magic, version, and a Python dict literal with element type,
 * order and shape. It is read strictly here, because it decides how many bytes are taken next.
 */
import { HamError } from "@hamlet/graph";

/** What an `.npy` header says. */
export interface NpyHeader {
  shape: number[];
  /** NumPy's name, or the file's own type string for types Hamlet cannot read. */
  dtype: string;
  bigEndian: boolean;
  columnMajor: boolean;
  /** Where the payload starts, in bytes. */
  payloadStart: number;
}

/** How every `.npy` file starts. */
export const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const NAMES: Readonly<Record<string, string>> = {
  b1: "bool",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

/** True when bytes start like an `.npy` file. */
export function looksLikeNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * How many bytes magic, version and dict take, or undefined when `bytes` is too short to tell.
 */
export function npyHeaderLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
}

/**
 * Reads the header at the start of `bytes`, which need not hold the payload.
 *
 * @throws HamError `core/bad-npy` naming `source` when it is no valid header.
 */
export function readNpyHeader(bytes: Uint8Array, source: string): NpyHeader {
  if (!looksLikeNpy(bytes)) {
    throw badNpy(source, 'the bytes 93 "NUMPY" at the start', hex(bytes.subarray(0, 6)));
  }
  if (bytes[6] < 1 || bytes[6] > 3) {
    throw badNpy(source, "format version 1, 2 or 3", `version ${bytes[6]}`);
  }
  const payloadStart = npyHeaderLength(bytes);
  if (payloadStart === undefined || payloadStart > bytes.length) {
    throw badNpy(
      source,
      payloadStart === undefined ? "a header" : `a header of ${payloadStart} bytes`,
      `the end of the file after ${bytes.length} bytes`,
    );
  }
  const start = bytes[6] === 1 ? 10 : 12;
  const dict = new TextDecoder("latin1").decode(bytes.subarray(start, payloadStart)).trim();
  const shapeText = /(["'])shape\1\s*:\s*\(([\d,L\s]*)\)/.exec(dict)?.[2];
  const order = /(["'])fortran_order\1\s*:\s*(True|False)/.exec(dict)?.[2];
  const description = /(["'])descr\1\s*:\s*(["'])([^"']*)\2/.exec(dict)?.[3];
  const structured = /(["'])descr\1\s*:\s*\[/.test(dict);
  if (
    !/^\{.*\}$/s.test(dict) ||
    shapeText === undefined ||
    order === undefined ||
    (description === undefined && !structured)
  ) {
    throw badNpy(source, "a dict with 'descr', 'fortran_order' and 'shape'", dict.slice(0, 80));
  }
  const shape = shapeText
    .split(",")
    .map((dimension) => dimension.replace("L", "").trim())
    .filter((dimension) => dimension !== "")
    .map(Number);
  if (!shape.every(Number.isSafeInteger)) {
    throw badNpy(source, "whole numbers as the shape", `(${shapeText.slice(0, 80)})`);
  }
  const [, endian, code] = /^([<>|=])(\w+)$/.exec(description ?? "") ?? [];
  return {
    shape,
    dtype: Object.hasOwn(NAMES, code ?? "") ? NAMES[code] : (description ?? "structured"),
    bigEndian: endian === ">",
    columnMajor: order === "True",
    payloadStart,
  };
}

/** The error of a malformed `.npy` file. */
export function badNpy(source: string, expected: string, found: string): HamError {
  return new HamError(
    "core/bad-npy",
    `${source}: not a valid .npy file. Expected ${expected}, found ${found || "nothing"}. ` +
      "Save the array again with numpy.save, or copy the file again if it was cut short.",
    { source, expected, found },
  );
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
