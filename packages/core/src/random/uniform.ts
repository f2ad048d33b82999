import { HamError } from "@hamlet/graph";

import { fma } from "./float32.ts";
import type { Key } from "./key.ts";
import { type DrawSize, sizeOf } from "./size.ts";
import { fillWords } from "./threefry.ts";

/** Bounds of a uniform draw. */
export interface UniformOptions {
  /** Smallest value that can be drawn; default 0. */
  min?: number;
  /** Upper bound; not drawn, but for rounding when the range is narrow; default 1. */
  max?: number;
}

const MANTISSA_UNIT = 2 ** -23;

/**
 * Uniform float32 numbers: the upper 23 random bits as a fraction `u`, then `u (max − min) + min`.
 *
 * Equal to `jax.random.uniform(key, shape, minval=min, maxval=max)`.
 * @throws HamError `core/bad-range` unless `min` and `max` are finite and `min ≤ max`.
 * @throws HamError `core/bad-shape` when `size` is no shape.
 */
export function uniform(key: Key, size: DrawSize, options: UniformOptions = {}): Float32Array {
  const min = Math.fround(options.min ?? 0);
  const max = Math.fround(options.max ?? 1);
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) {
    throw new HamError(
      "core/bad-range",
      `uniform: expected finite bounds with min ≤ max, found min ${min} and max ${max}. ` +
        "Exchange or correct the bounds.",
      { min, max },
    );
  }
  const numbers = new Float32Array(sizeOf("uniform", size));
  fillUniform(key, numbers, { min, max });
  return numbers;
}

/** Writes the numbers from number `from` of a stream on; the bounds are of float32. */
export function fillUniform(
  key: Key,
  numbers: Float32Array,
  { min, max, from = 0 }: { readonly min: number; readonly max: number; readonly from?: number },
): void {
  const span = Math.fround(max - min);
  const words = new Uint32Array(numbers.length);
  fillWords(key, words, from);
  for (let i = 0; i < words.length; i++) {
    numbers[i] = Math.max(min, fma((words[i] >>> 9) * MANTISSA_UNIT, span, min));
  }
}
