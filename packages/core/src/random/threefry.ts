/*
 * The block function Threefry-2x32 with 20 rounds: a keyed bijection of 64 bits in which every
 * output bit depends on every input bit. All streams of this folder are made of it.
 */
import type { Key } from "./key.ts";

const PARITY = 0x1bd11bda;
const ROTATIONS = Uint8Array.of(13, 15, 26, 6, 17, 29, 16, 24);

/**
 * Encrypts the counter `(high, low)` under `key`; all words are unsigned 32-bit integers.
 *
 * @see Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3.
 */
export function threefry2x32(key: Key, high: number, low: number): Key {
  const block = new Uint32Array(2);
  encrypt(scheduleOf(key), high, low, block);
  return Object.freeze<Key>([block[0], block[1]]);
}

/** `high ^ low` of the blocks that encrypt the counters 0, 1, 2, …, without an object for each. */
export function fillWords(key: Key, words: Uint32Array): void {
  const schedule = scheduleOf(key);
  const block = new Uint32Array(2);
  for (let i = 0; i < words.length; i++) {
    encrypt(schedule, 0, i, block);
    words[i] = block[0] ^ block[1];
  }
}

function scheduleOf(key: Key): Int32Array {
  return Int32Array.of(key[0], key[1], key[0] ^ key[1] ^ PARITY);
}

function encrypt(schedule: Int32Array, high: number, low: number, block: Uint32Array): void {
  let x0 = (high + schedule[0]) | 0;
  let x1 = (low + schedule[1]) | 0;
  for (let group = 0; group < 5; group++) {
    const first = 4 * (group % 2);
    for (let round = first; round < first + 4; round++) {
      const rotation = ROTATIONS[round];
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + schedule[(group + 1) % 3]) | 0;
    x1 = (x1 + schedule[(group + 2) % 3] + group + 1) | 0;
  }
  block[0] = x0;
  block[1] = x1;
}
