// Modules and memories, where the machine has them.

/** Memory of WebAssembly, which grows by pages. */
export interface Memory<Buffer extends ArrayBufferLike = ArrayBuffer> {
  readonly buffer: Buffer;
  grow(pages: number): number;
}

// TypeScript knows WebAssembly only together with the rest of a page.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new <Buffer extends ArrayBufferLike>(pages: {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }) => Memory<Buffer>;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** Bytes of a page. */
export const PAGE = 2 ** 16;
/** Pages of the largest memory there is. */
export const MOST_PAGES = 2 ** 16;

/** Null if WebAssembly, or an instruction of the module, is not there. */
export function compiled(code: Uint8Array<ArrayBuffer>): object | null {
  try {
    return new WebAssembly.Module(code);
  } catch {
    return null;
  }
}

/** Whether a machine may have multiply-adds that round once: until a module shows that it has none. */
let mayFuse = true;

/**
 * A module that `make` writes with multiply-adds that round once, where the machine has them, or else
 * twice; null where it compiles neither.
 */
export function fusedOrNot(make: (isFused: boolean) => object | null): object | null {
  const fused = mayFuse ? make(true) : null;
  if (fused !== null) return fused;
  const module = make(false);
  if (module !== null) mayFuse = false;
  return module;
}

/** Memory of so many bytes or a few more; null where there is none left. */
export function makeLinearMemory(bytes: number): Memory | null {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  } catch {
    return null;
  }
}

/**
 * Memory that several threads can work in; null where there is none. As much as it may ever grow is
 * set aside as addresses, of which a machine may grant fewer.
 */
export function makeSharedMemory(bytes: number): Memory<SharedArrayBuffer> | null {
  const initial = Math.ceil(bytes / PAGE);
  for (let maximum = MOST_PAGES; maximum >= MOST_PAGES / 8; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch {
      continue;
    }
  }
  return null;
}

/** The functions of a module on a memory, with what else it imports from the host. */
export function functionsOf(
  module: object,
  memory: Memory<ArrayBufferLike>,
  functions: Readonly<Record<string, (...numbers: number[]) => number | void>> = {},
): object {
  return new WebAssembly.Instance(module, { host: { memory, ...functions } }).exports;
}
