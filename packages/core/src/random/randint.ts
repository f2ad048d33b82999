import { HamError } from "@hamlet/graph";

import { bits } from "./bits.ts";
import { split, type Key } from "./key.ts";
import type { DrawSize } from "./size.ts";

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * Whole numbers with `min ≤ value < max`: 64 random bits modulo the span, computed in 32 bits.
 *
 * Equal to `jax.random.randint(key, shape, min, max)`.
 * @throws HamError `core/bad-range` unless `min < max` are 32-bit signed whole numbers.
 * @throws HamError `core/bad-shape` when `size` is no shape.
 */
export function randint(key: Key, size: DrawSize, min: number, max: number): Int32Array {
  const fits = (bound: number) =>
    Number.isInteger(bound) && bound >= INT32_MIN && bound <= INT32_MAX;
  if (!fits(min) || !fits(max) || min >= max) {
    throw new HamError(
      "core/bad-range",
      `randint: expected whole numbers min < max from ${INT32_MIN} to ${INT32_MAX}, ` +
        `found min ${String(min)} and max ${String(max)}. The upper bound itself is never drawn.`,
      { min, max },
    );
  }
  const [highKey, lowKey] = split(key);
  const high = bits(highKey, size);
  const low = bits(lowKey, size);
  const span = max - min;
  const half = 2 ** 16 % span;
  // 2³² modulo the span; the product wraps to 32 bits as it does in JAX.
  const multiplier = (Math.imul(half, half) >>> 0) % span;
  const values = new Int32Array(high.length);
  for (let i = 0; i < values.length; i++) {
    const offset = ((Math.imul(high[i] % span, multiplier) >>> 0) + (low[i] % span)) >>> 0;
    values[i] = min + (offset % span);
  }
  return values;
}
