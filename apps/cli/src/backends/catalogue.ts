import type { Backend } from "./backend.ts";
import { cpu } from "./cpu.ts";
import { nodeGpu } from "./node-gpu.ts";
import { node } from "./node.ts";
import { wasm } from "./wasm.ts";
import { webgl } from "./webgl.ts";
import { webgpu } from "./webgpu.ts";

/** Every backend that can be named, the default first. */
export const BACKENDS: readonly Backend[] = [wasm, cpu, webgpu, node, nodeGpu, webgl];

export const DEFAULT_BACKEND = "wasm";

/** The backends that a run in Node can ask for. */
export const BACKEND_NAMES: readonly string[] = BACKENDS.map(({ name }) => name).filter(
  (name) => name !== "webgl",
);
