import { erfInvFloat32, nextFloat32 } from "./float32.ts";
import { uniform } from "./uniform.ts";
import type { Key } from "./key.ts";
import type { DrawSize } from "./size.ts";

const SQRT2 = Math.fround(Math.SQRT2);
const ABOVE_MINUS_ONE = nextFloat32(-1, "up");

/**
 * Standard normal float32 numbers: `√2 erf⁻¹(u)` with `u` uniform in `(−1, 1)`.
 *
 * Equal to `jax.random.normal(key, shape)` on a CPU with fused multiply-add; elsewhere JAX itself
 * may differ in the last bits.
 * @throws HamError `core/bad-shape` when `size` is no shape.
 */
export function normal(key: Key, size: DrawSize): Float32Array {
  return uniform(key, size, { min: ABOVE_MINUS_ONE, max: 1 }).map((u) => SQRT2 * erfInvFloat32(u));
}
