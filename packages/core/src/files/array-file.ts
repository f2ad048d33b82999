/*
 * One door to every array file: the format is told by the first bytes, never by the extension,
 * and one array is picked by its key.
 */
import { HamError } from "@hamlet/graph";

import { nearest } from "./nearest.ts";
import { looksLikeNpy } from "./npy-header.ts";
import { openNpy } from "./npy.ts";
import { openNpz } from "./npz.ts";
import { assertReadable, type FileBytes } from "./payload.ts";
import { looksLikeSafetensors, openSafetensors } from "./safetensors.ts";
import { wantedOf } from "./wanted.ts";
import type { ArrayData, ArrayEntry, ArrayHeader } from "./array-data.ts";

/** The array files that can be read. */
export type ArrayFormat = "npy" | "npz" | "safetensors";

/** What an array file holds. */
export interface ArrayFileHeader {
  format: ArrayFormat;
  arrays: ArrayHeader[];
  /** Free text by name; only safetensors files have any. */
  metadata: Record<string, string>;
}

const MOST_KEYS_SHOWN = 12;

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
  const entry = pick(file, format, entries, wanted);
  assertReadable(entry.header.dtype, entry.key === undefined ? file : `${file}#${entry.key}`);
  return entry;
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

/** The format that a file begins like. */
export function arrayFormatOf(file: FileBytes): ArrayFormat | null {
  const start = file.subarray(0, 16);
  if (looksLikeNpy(start)) return "npy";
  // "PK": every zip archive, an empty one included.
  if (start[0] === 0x50 && start[1] === 0x4b) return "npz";
  return looksLikeSafetensors(start) ? "safetensors" : null;
}

interface Opened {
  format: ArrayFormat;
  entries: ArrayEntry[];
  metadata: Record<string, string>;
}

function open(file: string, bytes: FileBytes): Opened {
  const format = arrayFormatOf(bytes);
  switch (format) {
    case "npy":
      return { format, entries: [openNpy(bytes, file)], metadata: {} };
    case "npz":
      return { format, entries: openNpz(bytes, file), metadata: {} };
    case "safetensors":
      return { format, ...openSafetensors(bytes, file) };
    case null:
  }
  throw new HamError(
    "core/unknown-array-format",
    `${file}: expected an .npy, .npz or safetensors file, found ${bytes.length} bytes that start ` +
      `like none of them. Save the arrays with numpy.save, numpy.savez or safetensors.`,
    { file, length: bytes.length },
  );
}

function pick(
  file: string,
  format: ArrayFormat,
  entries: readonly ArrayEntry[],
  wanted: string | undefined,
): ArrayEntry {
  const found =
    wanted === undefined
      ? entries.length === 1 && entries[0]
      : entries.findLast(({ key }) => key === wanted);
  if (found) return found;
  const keys = entries.flatMap(({ key }) => key ?? []);
  throw new HamError("core/unknown-array", explain(file, format, keys, wanted), {
    file,
    wanted,
    keys,
  });
}

function explain(
  file: string,
  format: ArrayFormat,
  keys: readonly string[],
  wanted: string | undefined,
): string {
  if (format === "npy") {
    return (
      `${file}: expected an array named "${wanted}", found an .npy file, which holds one array ` +
      `without a name. Leave "#${wanted}" out.`
    );
  }
  const expected = wanted === undefined ? "one array" : `an array named "${wanted}"`;
  if (keys.length === 0) {
    return `${file}: expected ${expected}, found a file without arrays. Save at least one array.`;
  }
  const shown = keys.slice(0, MOST_KEYS_SHOWN).join(", ");
  const more = keys.length > MOST_KEYS_SHOWN ? ` and ${keys.length - MOST_KEYS_SHOWN} more` : "";
  const suggestion = wanted === undefined ? undefined : nearest(wanted, keys);
  const advice = suggestion
    ? `Did you mean "${file}#${suggestion}"?`
    : `Write one of them after "#", for example "${file}#${keys[0]}".`;
  return `${file}: expected ${expected}, found ${shown}${more}. ${advice}`;
}
