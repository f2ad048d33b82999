// What a compiled program computes with: a shape, and a place in the memory of compiled programs.

import { product } from "../../plan/axis-moves.ts";
import { Block } from "../block.ts";
import { type Arena, arena } from "./arena.ts";
import { NUMBER } from "./sizes.ts";

/** Numbers in float32 until they are freed: row-major, or a transpose of what is. */
export class SimdArray {
  readonly shape: readonly number[];
  /** The address, in bytes. */
  readonly at: number;
  readonly #block: Block<Arena>;
  /** Steps along the axes, where they are not those of the shape. */
  readonly #strides: readonly number[] | null;
  #view?: () => Float32Array;

  constructor(
    shape: readonly number[],
    at: number,
    block: Block<Arena>,
    strides: readonly number[] | null = null,
  ) {
    this.shape = shape;
    this.at = at;
    this.#block = block;
    this.#strides = strides;
  }

  /**
   * The numbers themselves: to be read at once, because the memory moves when it grows. Threads may
   * share them, and some interfaces of a browser refuse what is shared: hand those a copy.
   */
  get data(): Float32Array {
    const strides = this.#strides;
    if (strides === null) return (this.#view ??= arena().view(this.at, this.length))();
    const { length, shape } = this;
    // The last entry is the furthest.
    const last = shape.reduce((at, n, axis) => at + (n - 1) * strides[axis], 0);
    const from = arena().floats(this.at, length === 0 ? 0 : last + 1);
    return Float32Array.from({ length }, (_, place) => {
      let at = 0;
      for (let axis = shape.length - 1, rest = place; axis >= 0; axis--) {
        at += (rest % shape[axis]) * strides[axis];
        rest = Math.floor(rest / shape[axis]);
      }
      return from[at];
    });
  }

  /** Whether it is a transpose of row-major numbers. */
  get isTurned(): boolean {
    return this.#strides !== null;
  }

  /** How many numbers there are. */
  get length(): number {
    return product(this.shape);
  }

  /** The same numbers with a shape, from some number on, for somebody else to free. */
  as(shape: readonly number[], from = 0): SimdArray {
    return new SimdArray(shape, this.at + NUMBER * from, this.#block.shared(), this.#strides);
  }

  /** A transpose of the same numbers, for somebody else to free. */
  turned(shape: readonly number[], strides: readonly number[]): SimdArray {
    return new SimdArray(shape, this.at, this.#block.shared(), strides);
  }

  /** Gives up this view; the numbers go with the last. */
  free(): void {
    this.#block.free();
  }
}

/** An array of its own. */
export function made(shape: readonly number[]): SimdArray {
  const block = new Block(NUMBER * product(shape), arena());
  return new SimdArray(shape, block.at, block);
}
