// Whether plans can be compiled here: a page may forbid it, and an old machine lack the instructions.

import { assemble, f32x4, get, procedure, store } from "../../wasm/assembler.ts";
import { compiled } from "../../wasm/host.ts";

let found: boolean | undefined;

/** Whether the target `simd` runs here. */
export function hasSimd(): boolean {
  const probe = () => procedure("probe", 1, ([at]) => [store(get(at), f32x4.of(1))]);
  found ??= compiled(assemble([probe()])) !== null;
  return found;
}
