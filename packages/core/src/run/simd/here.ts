// Whether plans can be compiled here: a page may forbid it, and an old machine lack the instructions.

import { assemble, f32x4, get, procedure, store } from "../../wasm/assembler.ts";
import { compiled } from "../../wasm/host.ts";

/** Whether the target `simd` runs here. */
export function hasSimd(): boolean {
  const probe = procedure("probe", 1, ([at]) => [store(get(at), f32x4.of(1))]);
  return compiled(assemble([probe])) !== null;
}
