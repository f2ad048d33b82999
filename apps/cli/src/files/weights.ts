// Weights as a model reads them: one NumPy array of float32.

import { writeNpy } from "@hamlet/core";
import type { Content } from "./output.ts";
import { writeFileAtomically } from "./write.ts";

/** What an option names that weights go to. */
export const WEIGHTS_FILE: Content = { what: "one NumPy array", endings: [".npy"] };

/** Writes them, rounded to float32. */
export async function writeWeights(
  path: string,
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float64Array },
): Promise<void> {
  const array = { shape: [...shape], dtype: "float32", data: Float32Array.from(data) };
  await writeFileAtomically(path, writeNpy(array));
}
