// What an array file begins like, and which of its arrays is meant.

import { HamError } from "@hamlet/graph";
import type { ArrayEntry } from "./array-data.ts";
import { nearest } from "./nearest.ts";
import { looksLikeNpy } from "./npy-header.ts";
import { assertReadable, type FileBytes } from "./payload.ts";

/** The array files that can be read. */
export type ArrayFormat = "npy" | "npz" | "safetensors";

const MOST_KEYS_SHOWN = 12;

/** The format that a file begins like. */
export function arrayFormatOf(file: FileBytes): ArrayFormat | null {
  const start = file.subarray(0, 16);
  if (looksLikeNpy(start)) return "npy";
  // "PK": every zip archive, an empty one included.
  if (start[0] === 0x50 && start[1] === 0x4b) return "npz";
  return looksLikeSafetensors(start) ? "safetensors" : null;
}

/** True when bytes start like a safetensors file, which has no magic number. */
function looksLikeSafetensors(start: Uint8Array): boolean {
  return start.length > 8 && start[8] === 0x7b && start[7] === 0;
}

/**
 * The array that is wanted of those of a file, if it holds numbers.
 * @throws HamError `core/unknown-array`, `core/unsupported-dtype`.
 */
export function pick(
  file: string,
  format: ArrayFormat,
  entries: readonly ArrayEntry[],
  wanted: string | undefined,
): ArrayEntry {
  const entry = find(file, format, entries, wanted);
  assertReadable(entry.header.dtype, entry.key === undefined ? file : `${file}#${entry.key}`);
  return entry;
}

function find(
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
