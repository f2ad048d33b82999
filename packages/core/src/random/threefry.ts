/*
 * The block function Threefry-2x32 with 20 rounds: a keyed bijection of 64 bits in which every
 * output bit depends on every input bit. All streams of this folder are made of it.
 */

/** A random key: two unsigned 32-bit words. Plain data, safe to store as JSON. */
export type Key = readonly [high: number, low: number];

export const PARITY = 0x1bd11bda;
export const EVEN_ROTATIONS = [13, 15, 26, 6] as const;
export const ODD_ROTATIONS = [17, 29, 16, 24] as const;

/**
 * Encrypts the counter `(high, low)` under `key`; all words are unsigned 32-bit integers.
 *
 * @see Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3.
 */
export function threefry2x32(key: Key, high: number, low: number): Key {
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ PARITY] as const;
  let x0 = (high + schedule[0]) | 0;
  let x1 = (low + schedule[1]) | 0;
  for (let group = 0; group < 5; group++) {
    for (const rotation of group % 2 === 0 ? EVEN_ROTATIONS : ODD_ROTATIONS) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + schedule[(group + 1) % 3]) | 0;
    x1 = (x1 + schedule[(group + 2) % 3] + group + 1) | 0;
  }
  return Object.freeze<Key>([x0 >>> 0, x1 >>> 0]);
}

/**
 * Writes `high ^ low` of the encrypted counters `(0, from + i)` into `words[i]`: the rounds of
 * {@link threefry2x32} written out, because most of all random numbers are made here.
 */
export function fillWords(key: Key, words: Uint32Array, from = 0): void {
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = k0 ^ k1 ^ PARITY;
  for (let i = 0; i < words.length; i++) {
    let x0 = k0;
    let x1 = (from + i + k1) | 0;
    let [now, next, last] = [k1, k2, k0];
    for (let group = 1; ; group += 2) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
      x0 = (x0 + now) | 0;
      x1 = (x1 + next + group) | 0;
      if (group === 5) break;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
      x0 = (x0 + next) | 0;
      x1 = (x1 + last + group + 1) | 0;
      // Two groups use up two words of the schedule.
      [now, next, last] = [last, now, next];
    }
    words[i] = x0 ^ x1;
  }
}
