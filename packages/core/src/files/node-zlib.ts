/** What expands bytes where Node is; pages have none of it. */
export interface Zlib {
  gunzipSync(bytes: Uint8Array): Uint8Array;
  brotliDecompressSync(bytes: Uint8Array): Uint8Array;
  zstdDecompressSync(bytes: Uint8Array): Uint8Array;
}

/** It, or undefined. */
export function nodeZlib(): Zlib | undefined {
  const { process } = globalThis as {
    readonly process?: { getBuiltinModule?: (name: string) => Zlib };
  };
  return process?.getBuiltinModule?.("node:zlib");
}
