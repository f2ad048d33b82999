import { HamError } from "@hamlet/graph";

import { erfFloat32, erfInvFloat32, nextFloat32 } from "./float32.ts";
import { uniform } from "./uniform.ts";
import type { Key } from "./key.ts";
import type { DrawSize } from "./size.ts";

/** Where a normal distribution is cut off, in standard deviations. */
export interface TruncatedNormalOptions {
  /** Exclusive lower bound; default −2. */
  lower?: number;
  /** Exclusive upper bound; default 2. */
  upper?: number;
}

const SQRT2 = Math.fround(Math.SQRT2);
// XLA turns the division by √2 into this product, which differs in the last bit.
const INVERSE_SQRT2 = Math.fround(1 / SQRT2);

/**
 * Standard normal float32 numbers conditioned on `lower < x < upper`:
 * `√2 erf⁻¹(u)` with `u` uniform in `[erf(lower/√2), erf(upper/√2))`.
 *
 * Equal to `jax.random.truncated_normal(key, lower, upper, shape)` on a CPU with fused
 * multiply-add.
 * @throws HamError `core/bad-range` unless `lower` and `upper` are finite and `lower < upper`.
 * @throws HamError `core/bad-shape` when `size` is no shape.
 */
export function truncatedNormal(
  key: Key,
  size: DrawSize,
  options: TruncatedNormalOptions = {},
): Float32Array {
  const lower = Math.fround(options.lower ?? -2);
  const upper = Math.fround(options.upper ?? 2);
  if (!Number.isFinite(lower) || !Number.isFinite(upper) || lower >= upper) {
    throw new HamError(
      "core/bad-range",
      `truncatedNormal: expected finite bounds with lower < upper, found lower ${lower} and ` +
        `upper ${upper}. Exchange or correct the bounds.`,
      { lower, upper },
    );
  }
  const smallest = nextFloat32(lower, "up");
  const largest = nextFloat32(upper, "down");
  const min = erfFloat32(Math.fround(lower * INVERSE_SQRT2));
  const max = erfFloat32(Math.fround(upper * INVERSE_SQRT2));
  return uniform(key, size, { min, max }).map((u) =>
    Math.min(largest, Math.max(smallest, Math.fround(SQRT2 * erfInvFloat32(u)))),
  );
}
