// The suite inside a browser: bundled into one script and run on an empty page.

import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import type { Choice } from "./choice.ts";
import { runSuite } from "./suite.ts";

/** Runs the suite on a backend; null when the browser has no such device. */
async function conform(backend: "webgl" | "webgpu", choice: Choice): Promise<string> {
  tf.env().set("PROD", true);
  const started = await tf.setBackend(backend);
  return JSON.stringify(started ? await runSuite(backend, choice) : null);
}

Object.assign(globalThis, { conform });
