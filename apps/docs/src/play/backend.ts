// What tensors are made of on a page: no more of it than is needed here.

import { hasSimd } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";

/** Which backend there is. */
let loaded: "none" | "carrier" | "whole" = tf.findBackendFactory("cpu") == null ? "none" : "whole";

/**
 * Loads a backend: one that carries numbers is enough for recalls where code can be compiled. Who
 * learns takes gradients of tensors, and needs the whole of it; there may be no tensors yet then.
 */
export async function loadBackend(learns: boolean): Promise<void> {
  if (loaded === "whole" || (loaded === "carrier" && !learns)) return;
  if (hasSimd() && !learns) {
    await import("./carrier.ts");
    loaded = "carrier";
    return;
  }
  if (loaded === "carrier") {
    tf.removeBackend("cpu");
    for (const name of [tf.Identity, tf.Reshape]) tf.unregisterKernel(name, "cpu");
  }
  await import("@tensorflow/tfjs-backend-cpu");
  loaded = "whole";
}
