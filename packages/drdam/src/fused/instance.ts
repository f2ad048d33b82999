// The kernels on a memory of their own.

import { compiled, functionsOf, makeLinearMemory } from "@hamlet/core/wasm";
import { kernelModule, type Kernels } from "./kernels.ts";

/** Kernels and the memory they work on. */
export interface Instance {
  readonly kernels: Kernels;
  readonly numbers: Float32Array;
}

/** More memory than this is left to others. */
const LARGEST_MEMORY = 2 ** 30;

/**
 * Null where the machine, or a rule of the page, does not allow it, or has not that much memory.
 * `code` takes the place of the kernels that suit the machine.
 */
export function instantiate(bytes: number, code?: Uint8Array<ArrayBuffer>): Instance | null {
  if (bytes > LARGEST_MEMORY) return null;
  const module = code === undefined ? suitable() : compiled(code);
  if (module === null) return null;
  const memory = makeLinearMemory(bytes);
  if (memory === null) return null;
  const kernels = functionsOf(module, memory) as Kernels;
  return { kernels, numbers: new Float32Array(memory.buffer) };
}

let known: object | null | undefined;

/** The kernels with fused multiplications where the machine has them, else without. */
function suitable(): object | null {
  if (known === undefined) known = compiled(kernelModule(true)) ?? compiled(kernelModule(false));
  return known;
}
