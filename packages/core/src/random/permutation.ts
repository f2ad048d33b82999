import { bits } from "./bits.ts";
import { split, type Key } from "./key.ts";
import { sizeOf } from "./size.ts";

const UINT32_MAX = 2 ** 32 - 1;

/**
 * The numbers `0 … n − 1` in random order, by sorting them on random words.
 *
 * Two equal words would favour the earlier number, so large `n` is sorted
 * `⌈3 ln n / ln(2³² − 1)⌉` times. Equal to `jax.random.permutation(key, n)`.
 * @throws HamError `core/bad-shape` unless `n` is a whole number ≥ 0.
 */
export function permutation(key: Key, n: number): Int32Array {
  let order = Int32Array.from({ length: sizeOf("permutation", n) }, (_, i) => i);
  const rounds = Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(UINT32_MAX));
  let next = key;
  for (let round = 0; round < rounds; round++) {
    const [rest, subkey] = split(next);
    next = rest;
    const words = bits(subkey, n);
    // Sorting positions keeps equal words in place: the comparison falls back on the position.
    const positions = Int32Array.from(words, (_, i) => i).sort(
      (a, b) => words[a] - words[b] || a - b,
    );
    const before = order;
    order = positions.map((position) => before[position]);
  }
  return order;
}
