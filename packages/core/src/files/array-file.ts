/*
 * One door to every array file: the format is told by the first bytes, never by the extension,
 * and one array is picked by its key.
 */
import { HamError } from "@hamlet/graph";

import { openArchive } from "./archives.ts";
import { type ArrayFormat, arrayFormatOf, pick } from "./array-format.ts";
import { openNpy } from "./npy.ts";
import type { FileBytes } from "./payload.ts";
import { wantedOf } from "./wanted.ts";
import type { ArrayData, ArrayEntry, ArrayHeader } from "./array-data.ts";

/** What an array file holds. */
export interface ArrayFileHeader {
  format: ArrayFormat;
  arrays: ArrayHeader[];
  /** Free text by name; only safetensors files have any. */
  metadata: Record<string, string>;
}

/**
 * Reads one array of an `.npy`, `.npz` or safetensors file.
 *
 * @param name - the file's name, for errors and for the key: `weights.npz#W` picks `W`.
 * @param key - the array's name; overrides the one in `name`. A file with one array needs none.
 * @throws HamError `core/unknown-array-format` when the bytes are no array file.
 * @throws HamError `core/unknown-array` when the file has no such array, or several and no key.
 * @throws HamError `core/bad-npy`, `core/bad-npz`, `core/bad-safetensors` for malformed files.
 * @throws HamError `core/unsupported-dtype` when the array holds no numbers.
 * @example
 * const W = readArrayFile("weights.npz#W", bytes);
 */
export function readArrayFile(name: string, bytes: FileBytes, key?: string): ArrayData {
  return openArrayFile(name, bytes, key).read();
}

/**
 * Finds one array of a file and reads its header, so that shape and type can be looked at before
 * any memory is taken for its entries.
 *
 * @param name - the file's name, as for {@link readArrayFile}.
 * @throws HamError as {@link readArrayFile} does, but for damage inside the payload.
 */
export function openArrayFile(name: string, bytes: FileBytes, key?: string): ArrayEntry {
  const { file, wanted } = wantedOf(name, key);
  const { format, entries } = open(file, bytes);
  return pick(file, format, entries, wanted);
}

/**
 * Lists the arrays of a file with shape and element type, without decoding any payload.
 *
 * @throws HamError as `readArrayFile` does for malformed files.
 */
export function inspectArrayFile(name: string, bytes: FileBytes): ArrayFileHeader {
  const { format, entries, metadata } = open(wantedOf(name).file, bytes);
  return { format, arrays: entries.map(({ header }) => header), metadata };
}

interface Opened {
  format: ArrayFormat;
  entries: ArrayEntry[];
  metadata: Record<string, string>;
}

function open(file: string, bytes: FileBytes): Opened {
  const format = arrayFormatOf(bytes);
  if (format === "npy") return { format, entries: [openNpy(bytes, file)], metadata: {} };
  if (format !== null) return { format, ...openArchive(format, bytes, file) };
  throw new HamError(
    "core/unknown-array-format",
    `${file}: expected an .npy, .npz or safetensors file, found ${bytes.length} bytes that start ` +
      `like none of them. Save the arrays with numpy.save, numpy.savez or safetensors.`,
    { file, length: bytes.length },
  );
}
