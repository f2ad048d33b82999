// What a compiled program computes with: a shape, and a place in the memory of compiled programs.

import { arena, type Block } from "./arena.ts";

const NUMBER = 4;

/** Numbers in float32, row-major, until they are freed. */
export class SimdArray {
  readonly shape: readonly number[];
  /** The address, in bytes. */
  readonly at: number;
  readonly #block: Block;

  constructor(shape: readonly number[], at: number, block: Block) {
    this.shape = shape;
    this.at = at;
    this.#block = block;
  }

  /** The numbers themselves: to be read at once, because the memory moves when it grows. */
  get data(): Float32Array<ArrayBuffer> {
    return arena().floats(this.at, this.length);
  }

  /** How many numbers there are. */
  get length(): number {
    return this.shape.reduce((total, n) => total * n, 1);
  }

  /** The same numbers with a shape, from some number on, for somebody else to free. */
  as(shape: readonly number[], from = 0): SimdArray {
    return new SimdArray(shape, this.at + NUMBER * from, this.#block.shared());
  }

  /** Gives up this view; the numbers go with the last. */
  free(): void {
    this.#block.free();
  }
}
