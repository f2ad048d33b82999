// Files of many arrays: what is loaded when there is one.

import type { ArrayEntry } from "./array-data.ts";
import { openNpz } from "./npz.ts";
import type { FileBytes } from "./payload.ts";
import { openSafetensors } from "./safetensors.ts";

/** The arrays of an archive, with the free text of a safetensors file. */
export function openArchive(
  format: "npz" | "safetensors",
  bytes: FileBytes,
  file: string,
): { readonly entries: ArrayEntry[]; readonly metadata: Record<string, string> } {
  if (format === "safetensors") return openSafetensors(bytes, file);
  return { entries: openNpz(bytes, file), metadata: {} };
}
