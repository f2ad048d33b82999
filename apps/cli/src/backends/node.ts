import type { Backend } from "./backend.ts";
import { nativeBackend } from "./native.ts";

/** TensorFlow 2.9 on the processor. */
export const node: Backend = nativeBackend({
  name: "node",
  summary: "native TensorFlow on the processor",
  package: "@tensorflow/tfjs-node",
  install: "Install it with: npm install @tensorflow/tfjs-node@4.22.0",
  needs: "It downloads the TensorFlow library while it is installed.",
});
