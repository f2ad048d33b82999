import type { Backend } from "./backend.ts";

/** WebAssembly with SIMD: the default in Node. */
export const wasm: Backend = {
  name: "wasm",
  summary: "WebAssembly, the default",
  packages: ["@tensorflow/tfjs-backend-wasm"],
  registered: "wasm",
  install: "It comes with ham.",
  needs: "",
  load: async () => {
    await import("@tensorflow/tfjs-backend-wasm");
  },
};
