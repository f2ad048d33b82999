// The kernels on a memory of their own.

import { kernelModule, type Kernels } from "./kernels.ts";

// TypeScript knows WebAssembly only together with the rest of a page.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** Kernels and the memory they work on. */
export interface Instance {
  readonly kernels: Kernels;
  readonly numbers: Float32Array;
}

/** More memory than this is left to others. */
const LARGEST_MEMORY = 2 ** 30;
const PAGE = 2 ** 16;

/**
 * Null where the machine, or a rule of the page, does not allow it, or has not that much memory.
 * `code` takes the place of the kernels that suit the machine.
 */
export function instantiate(bytes: number, code?: Uint8Array<ArrayBuffer>): Instance | null {
  if (bytes > LARGEST_MEMORY) return null;
  const module = code === undefined ? suitable() : compiled(code);
  if (module === null) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    const { exports } = new WebAssembly.Instance(module, { host: { memory } });
    return { kernels: exports as Kernels, numbers: new Float32Array(memory.buffer) };
  } catch {
    return null;
  }
}

let known: object | null | undefined;

/** The kernels with fused multiplications where the machine has them, else without. */
function suitable(): object | null {
  if (known === undefined) known = compiled(kernelModule(true)) ?? compiled(kernelModule(false));
  return known;
}

/** Null if WebAssembly, or an instruction of the module, is not there. */
function compiled(code: Uint8Array<ArrayBuffer>): object | null {
  try {
    return new WebAssembly.Module(code);
  } catch {
    return null;
  }
}
