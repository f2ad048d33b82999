// `node run-node.ts <backend>`: runs the suite on a backend of Node and prints the result as JSON.
//
// A process of its own, because a graphics driver can take its process down.

import * as tf from "@tensorflow/tfjs-core";
import { runSuite } from "./suite.ts";

/** Loads a backend; WebGPU needs `navigator.gpu` before its backend is imported. */
const LOAD: Readonly<Record<string, () => Promise<unknown>>> = {
  cpu: () => import("@tensorflow/tfjs-backend-cpu"),
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
  webgpu: async () => {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, "navigator", {
      value: { gpu: create([]) },
      configurable: true,
    });
    return import("@tensorflow/tfjs-backend-webgpu");
  },
};

const name = process.argv[2] as "cpu" | "wasm" | "webgpu";
tf.env().set("PROD", true);
await LOAD[name]();
const started = await tf.setBackend(name);
const rows = started ? await runSuite(name) : null;
process.stdout.write(`${JSON.stringify(rows)}\n`, () => process.exit(0));
