// A memory of random features that was stored: its file holds sums, and the key of the rows.

import { type ArrayEntry, arrayFormatOf, type FileBytes } from "@hamlet/core";

/**
 * The array `FILE#KEY` of a file that a memory was saved to; null for any other file.
 *
 * @throws HamError `drdam/bad-file`, `core/unknown-array`, `core/bad-safetensors`.
 */
export async function openStoredMemory(path: string, file: FileBytes): Promise<ArrayEntry | null> {
  if (arrayFormatOf(file) !== "safetensors") return null;
  const { inspectArrayFile } = await import("@hamlet/core/files");
  if (inspectArrayFile(path, file).metadata["drdam"] === undefined) return null;
  const { openMemory } = await import("@hamlet/drdam");
  return openMemory(path, file);
}
