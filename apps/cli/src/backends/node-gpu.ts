import type { Backend } from "./backend.ts";
import { nativeBackend } from "./native.ts";

/** TensorFlow 2.9 on an NVIDIA card with CUDA 11.2 and cuDNN 8.1; newer ones are not accepted. */
export const nodeGpu: Backend = nativeBackend({
  name: "node-gpu",
  summary: "native TensorFlow on CUDA 11",
  package: "@tensorflow/tfjs-node-gpu",
  install: "Install it with: npm install @tensorflow/tfjs-node-gpu@4.22.0",
  needs: "It needs Linux, CUDA 11.2 and cuDNN 8.1; for newer cards use webgpu.",
});
