// The backends that a process of Node can start by itself.

import * as tf from "@tensorflow/tfjs-core";

/** Loads a backend; WebGPU needs `navigator.gpu` before its backend is imported. */
const LOAD = {
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

/**
 * The whole program of a process that runs a suite: prints its result as JSON, or null where the
 * backend has no device. A process of its own, because a graphics driver can take its process down.
 */
export async function printSuite(
  run: (backend: keyof typeof LOAD, wanted: unknown) => Promise<unknown>,
): Promise<void> {
  const name = process.argv[2] as keyof typeof LOAD;
  const wanted: unknown = process.argv[3] === undefined ? undefined : JSON.parse(process.argv[3]);
  tf.env().set("PROD", true);
  await LOAD[name]();
  const started = await tf.setBackend(name);
  const result = started ? await run(name, wanted) : null;
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
