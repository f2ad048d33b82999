// What kind of memory a file holds, before the package of that kind is loaded.

import { arrayFormatOf, inspectArrayFile } from "@hamlet/core";

/** Null for a file of anything else. */
export function memoryKindOf(bytes: Uint8Array, path: string): "features" | "correlations" | null {
  if (arrayFormatOf(bytes) !== "safetensors") return null;
  const { metadata } = inspectArrayFile(path, bytes);
  if (metadata["drdam"] !== undefined) return "features";
  return metadata["correlations"] === undefined ? null : "correlations";
}
