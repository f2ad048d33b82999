/*
 * safetensors files: eight bytes with the length of a JSON header, the header, the payloads.
 *
 * The header gives each array's type, shape and byte range; the ranges must cover the rest of
 * the file without gap or overlap, which leaves no room for hidden or shared bytes.
 */
import { HamError } from "@hamlet/graph";

import {
  assertArrayData,
  elementsOf,
  type ArrayData,
  type ArrayEntry,
  type DType,
} from "./array-data.ts";
import { parseJson } from "./parse-json.ts";
import { bytesPerElement, type FileBytes, payloadEntry } from "./payload.ts";

const WORDS: Readonly<Record<DType, string>> = {
  bool: "BOOL",
  int8: "I8",
  uint8: "U8",
  int16: "I16",
  uint16: "U16",
  int32: "I32",
  uint32: "U32",
  int64: "I64",
  uint64: "U64",
  float32: "F32",
  float64: "F64",
};
const NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(WORDS).map(([name, word]): [string, string] => [word, name]),
  ["F16", "float16"],
  ["BF16", "bfloat16"],
]);
const METADATA = "__metadata__";
const LENGTH_BYTES = 8;
const LONGEST_HEADER = 100_000_000;

/** The content of a safetensors file. */
export interface Safetensors {
  arrays: Map<string, ArrayData>;
  /** Free text by name. */
  metadata: Record<string, string>;
}

/** A safetensors file whose payloads are decoded when they are read. */
export interface OpenSafetensors {
  entries: ArrayEntry[];
  metadata: Record<string, string>;
}

/**
 * Reads every array of a safetensors file, by name; `F16` and `BF16` are widened to float32. The
 * others may share the memory of `bytes`.
 *
 * @param source - the name to use in errors.
 * @throws HamError `core/bad-safetensors` when the file is malformed.
 * @throws HamError `core/unsupported-dtype` for 8-bit and complex floats.
 */
export function readSafetensors(bytes: Uint8Array, source = "safetensors data"): Safetensors {
  const { entries, metadata } = openSafetensors(bytes, source);
  return {
    arrays: new Map(entries.map((entry) => [entry.key ?? "", entry.read()])),
    metadata,
  };
}

/** Reads and checks the header of a safetensors file. */
export function openSafetensors(file: FileBytes, source: string): OpenSafetensors {
  const { header, start } = readHeader(file, source);
  const size = file.length - start;
  const metadata: Record<string, string> = {};
  const ranges: [begin: number, end: number][] = [];
  const entries: ArrayEntry[] = [];
  for (const [key, entry] of Object.entries(header)) {
    if (key === METADATA) {
      for (const [name, text] of Object.entries(asObject(entry, `${source}: ${METADATA}`))) {
        metadata[name] = String(text);
      }
      continue;
    }
    const where = `${source}#${key}`;
    const { dtype: word, shape, data_offsets: range } = asObject(entry, where);
    if (typeof word !== "string" || !isCounts(shape) || !isCounts(range) || range.length !== 2) {
      throw badSafetensors(
        where,
        '"dtype", "shape" and two "data_offsets"',
        JSON.stringify(entry).slice(0, 80),
      );
    }
    const dtype = NAMES.get(word) ?? word;
    const [begin, end] = range;
    const width = bytesPerElement(dtype);
    const needed = elementsOf(shape) * (width ?? 0);
    if (begin > end || end > size || (width !== undefined && needed !== end - begin)) {
      throw badSafetensors(
        where,
        `${width === undefined ? "some" : needed} bytes of data for shape [${shape.join(", ")}] of ${dtype}`,
        `bytes ${begin} to ${end} of ${size}`,
      );
    }
    ranges.push([begin, end]);
    const place = { file, start: start + begin, source: where };
    entries.push({ key, ...payloadEntry({ key, shape, dtype }, { shape, dtype }, place) });
  }
  assertCovered(ranges, size, source);
  return { entries, metadata };
}

function readHeader(
  file: FileBytes,
  source: string,
): { header: Record<string, unknown>; start: number } {
  const announced = file.subarray(0, LENGTH_BYTES);
  const view = new DataView(announced.buffer, announced.byteOffset, announced.byteLength);
  const length = file.length < LENGTH_BYTES ? Infinity : Number(view.getBigUint64(0, true));
  if (length > Math.min(LONGEST_HEADER, file.length - LENGTH_BYTES)) {
    throw badSafetensors(source, `a header of ${length} bytes`, `a file of ${file.length} bytes`);
  }
  const start = LENGTH_BYTES + length;
  const text = new TextDecoder().decode(file.subarray(LENGTH_BYTES, start));
  let header: unknown;
  try {
    header = parseJson(text);
  } catch {
    throw badSafetensors(source, "a JSON header", JSON.stringify(text.slice(0, 60)));
  }
  return { header: asObject(header, source), start };
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badSafetensors(where, "a JSON object", JSON.stringify(value).slice(0, 60));
  }
  return { ...value };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function assertCovered(ranges: [number, number][], length: number, source: string): void {
  let reached = 0;
  for (const [begin, end] of ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== reached) {
      throw badSafetensors(source, `an array at byte ${reached} of the data`, `one at ${begin}`);
    }
    reached = end;
  }
  if (reached !== length) {
    throw badSafetensors(source, `${reached} bytes of data`, `${length}`);
  }
}

function badSafetensors(source: string, expected: string, found: string): HamError {
  return new HamError(
    "core/bad-safetensors",
    `${source}: not a valid safetensors file. Expected ${expected}, found ${found}. ` +
      "Save the arrays again, or copy the file again if it was cut short.",
    { source, expected, found },
  );
}

/** What a safetensors file says besides its arrays. */
export interface SafetensorsOptions {
  /** Free text by name; default none. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a safetensors file, its header padded so that payloads start at a multiple of eight.
 *
 * @throws HamError `core/bad-array` when shape, dtype and data of an array disagree.
 */
export function writeSafetensors(
  arrays: ReadonlyMap<string, ArrayData>,
  { metadata = {} }: SafetensorsOptions = {},
): Uint8Array {
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set(METADATA, metadata);
  let length = 0;
  const payloads: Uint8Array[] = [];
  // Wide elements first keeps every array aligned to its element size.
  const ordered = [...arrays].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  for (const [key, array] of ordered) {
    assertArrayData(array, `writeSafetensors: array "${key}"`);
    const { data, shape, dtype } = array;
    header.set(key, {
      dtype: WORDS[dtype],
      shape,
      data_offsets: [length, length + data.byteLength],
    });
    payloads.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    length += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(LENGTH_BYTES + padded + length).fill(0x20, 0, LENGTH_BYTES + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + padded;
  for (const payload of payloads) {
    file.set(payload, at);
    at += payload.length;
  }
  return file;
}
