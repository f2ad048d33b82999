/*
 * Keys of the counter-based generator Threefry-2x32.
 *
 * Nothing in Hamlet reads a global generator: whoever wants randomness holds a key. The same key
 * always gives the same numbers, on every backend and in JAX, so a key is used once and then
 * split or folded to get fresh ones.
 */
import { HamError } from "@hamlet/graph";

import { sizeOf } from "./size.ts";
import { type Key, threefry2x32 } from "./threefry.ts";

export type { Key };

const UINT32_RANGE = 2 ** 32;

/**
 * The key of a seed: `[⌊seed / 2³²⌋, seed mod 2³²]`.
 *
 * Equal to `jax.random.key(seed)` below 2³², and to JAX with 64-bit types enabled above.
 * @param seed - a whole number from 0 to `Number.MAX_SAFE_INTEGER`.
 * @throws HamError `core/bad-seed` for any other number.
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new HamError(
      "core/bad-seed",
      `key: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER} as the seed, ` +
        `found ${String(seed)}. Pass such a number, for example key(42).`,
      { seed },
    );
  }
  return Object.freeze<Key>([Math.floor(seed / UINT32_RANGE), seed % UINT32_RANGE]);
}

/**
 * `count` new keys, as different from each other and from `parent` as unrelated seeds.
 *
 * Equal to `jax.random.split(parent, count)`; the first keys do not depend on `count`.
 * @param count - default 2.
 * @throws HamError `core/bad-shape` unless `count` is a whole number from 0 to 2³².
 */
export function split(parent: Key, count = 2): Key[] {
  return Array.from({ length: sizeOf("split", count) }, (_, i) => threefry2x32(parent, 0, i));
}

/**
 * The key that belongs to `parent` and the number `data`: an epoch, a neuron's index, a shard.
 *
 * Equal to `jax.random.fold_in(parent, data)`.
 * @param data - a whole number from 0 to 2³² − 1.
 * @throws HamError `core/bad-seed` for any other number.
 */
export function foldIn(parent: Key, data: number): Key {
  if (!Number.isSafeInteger(data) || data < 0 || data >= UINT32_RANGE) {
    throw new HamError(
      "core/bad-seed",
      `foldIn: expected a whole number from 0 to 4294967295 as data, found ${String(data)}. ` +
        "Number what you fold in, starting at 0.",
      { data },
    );
  }
  return threefry2x32(parent, 0, data);
}
