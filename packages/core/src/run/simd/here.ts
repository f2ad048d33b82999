// Whether plans can be compiled here: a page may forbid it, and an old machine lack the instructions.

import { assemble, f32x4, get, procedure, store } from "../../wasm/assembler.ts";
import { compiled, makeLinearMemory, PAGE } from "../../wasm/host.ts";

let known: boolean | undefined;

/** Whether the target `simd` runs here. */
export function hasSimd(): boolean {
  known ??=
    makeLinearMemory(PAGE) !== null &&
    compiled(assemble([procedure("probe", 1, ([at]) => [store(get(at), f32x4.of(1))])])) !== null;
  return known;
}
