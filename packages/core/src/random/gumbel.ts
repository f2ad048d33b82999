import { logFloat32 } from "./float32.ts";
import { uniform } from "./uniform.ts";
import type { Key } from "./key.ts";
import type { DrawSize } from "./size.ts";

const SMALLEST_NORMAL = 2 ** -126;

/**
 * Standard Gumbel float32 numbers, `−log(−log u)`: adding them to logits and taking the largest
 * draws from the logits' softmax.
 *
 * Equal to `jax.random.gumbel(key, shape, mode="low")`, JAX's default.
 * @throws HamError `core/bad-shape` when `size` is no shape.
 */
export function gumbel(key: Key, size: DrawSize): Float32Array {
  return uniform(key, size, { min: SMALLEST_NORMAL, max: 1 }).map(
    (u) => -logFloat32(-logFloat32(u)),
  );
}
