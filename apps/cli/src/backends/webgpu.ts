// WebGPU in Node: Dawn, the WebGPU of Chromium, from the npm package `webgpu`.
//
// TensorFlow.js looks for `navigator.gpu` while its backend is imported, so Dawn comes first.
// Results are read with `await tensor.data()`; `dataSync` needs a canvas, which Node lacks.

import type { Backend } from "./backend.ts";
import { importOptional } from "./optional.ts";

/** The graphics card, where a Vulkan, Metal or Direct3D driver is installed. */
export const webgpu: Backend = {
  name: "webgpu",
  summary: "the graphics card, through Dawn",
  packages: ["@tensorflow/tfjs-backend-webgpu", "webgpu"],
  registered: "webgpu",
  install: "Install it with: npm install webgpu @tensorflow/tfjs-backend-webgpu@4.22.0",
  needs:
    "On Linux it needs libvulkan.so.1 (apt-get install libvulkan1) and a Vulkan driver of the card.",
  load: async () => {
    const dawn = await importOptional("webgpu", webgpu);
    const { create, globals } = dawn as unknown as Dawn;
    Object.assign(globalThis, globals);
    // Node has a navigator of its own, without a `gpu`.
    Object.defineProperty(globalThis, "navigator", {
      value: { gpu: create([]) },
      configurable: true,
    });
    await importOptional("@tensorflow/tfjs-backend-webgpu", webgpu);
  },
};

/** What is used of the package `webgpu`. */
interface Dawn {
  readonly create: (options: readonly string[]) => unknown;
  readonly globals: object;
}
