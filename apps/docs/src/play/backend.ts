// What tensors are made of on a page: loaded once, and no more of it than a recall here needs.

import { hasSimd } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";

/** Loads a backend where there is none yet: all of it only where code cannot be compiled. */
export async function loadBackend(): Promise<void> {
  if (tf.findBackendFactory("cpu") != null) return;
  await (hasSimd() ? import("./carrier.ts") : import("@tensorflow/tfjs-backend-cpu"));
}
