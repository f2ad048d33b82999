// The door to compiled code: an assembler of WebAssembly, and what runs its modules.

/** WebAssembly in bytes: `assemble` makes a module of what `procedure` writes. */
export * as assembler from "./wasm/assembler.ts";
export { compiled, functionsOf, makeLinearMemory } from "./wasm/host.ts";
