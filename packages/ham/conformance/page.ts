// The recalls inside a browser: bundled into one script and run on an empty page.

import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import type { Some } from "./recall-case.ts";
import { runRecalls } from "./run-recalls.ts";

/** Runs every recall on a backend; null when the browser has no such device. */
async function conform(backend: "webgl" | "webgpu", some: Some): Promise<string> {
  tf.env().set("PROD", true);
  const started = await tf.setBackend(backend);
  return JSON.stringify(started ? await runRecalls(some) : null);
}

Object.assign(globalThis, { conform });
