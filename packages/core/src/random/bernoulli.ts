import { HamError } from "@hamlet/graph";

import { uniform } from "./uniform.ts";
import type { Key } from "./key.ts";
import type { DrawSize } from "./size.ts";

/**
 * Zeros and ones, each one with probability `p`: `u < p` with `u` uniform in `[0, 1)`.
 *
 * Equal to `jax.random.bernoulli(key, p, shape)`, as 0 and 1.
 * @throws HamError `core/bad-probability` unless `0 ≤ p ≤ 1`.
 * @throws HamError `core/bad-shape` when `size` is no shape.
 */
export function bernoulli(key: Key, p: number, size: DrawSize): Uint8Array {
  if (!(p >= 0 && p <= 1)) {
    throw new HamError(
      "core/bad-probability",
      `bernoulli: expected a probability between 0 and 1, found ${String(p)}. ` +
        "The second argument is the probability of a one.",
      { p },
    );
  }
  const threshold = Math.fround(p);
  const draws = uniform(key, size);
  const ones = new Uint8Array(draws.length);
  for (let i = 0; i < ones.length; i++) ones[i] = draws[i] < threshold ? 1 : 0;
  return ones;
}
