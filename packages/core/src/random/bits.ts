import { sizeOf, type DrawSize } from "./size.ts";
import { fillWords } from "./threefry.ts";
import type { Key } from "./key.ts";

/**
 * Uniform 32-bit words: word `i` is `high ^ low` of the block that encrypts the counter `i`.
 *
 * Equal to `jax.random.bits(key, shape)` in partitionable mode; word `i` does not depend on how
 * many words are drawn.
 * @throws HamError `core/bad-shape` when `size` is no shape.
 */
export function bits(key: Key, size: DrawSize): Uint32Array {
  const words = new Uint32Array(sizeOf("bits", size));
  fillWords(key, words);
  return words;
}
