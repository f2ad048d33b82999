// Rows that are products of Walsh–Hadamard matrices and signs: only the signs and norms are stored.

import type { StructuredRows } from "@hamlet/core";
import type { Kernels } from "./kernels.ts";
import { fitting, LANES, NUMBER, type Rows, ROWS_AT_ONCE } from "./rows.ts";

/** The kernel transforms sixteen numbers at once. */
export const SMALLEST_BLOCK = 16;
/** Bytes of states and totals that are worked on together. */
const NEAR = 2 ** 20;

export class TransformedRows implements Rows {
  readonly bytes: number;
  readonly atOnce: number;
  readonly parts: number;
  readonly longest: number;
  readonly #parts: StructuredRows;
  /** Bytes of a block of numbers. */
  readonly #size: number;
  readonly #blocksAtOnce: number;
  readonly #signs: number;
  readonly #norms: number;
  readonly #sums: number;
  readonly #states: number;
  readonly #totals: number;

  constructor(projection: StructuredRows) {
    const { P, blocks, norms } = projection;
    const size = NUMBER * P;
    this.#parts = projection;
    this.#size = size;
    this.#blocksAtOnce = Math.max(1, ROWS_AT_ONCE / P);
    this.parts = Math.ceil(blocks / this.#blocksAtOnce);
    this.atOnce = fitting(2 * size + LANES, NEAR);
    this.#signs = size;
    this.#norms = this.#signs + 3 * blocks * size;
    this.#sums = this.#norms + blocks * size;
    this.#states = this.#sums + 2 * blocks * size;
    this.#totals = this.#states + this.atOnce * size;
    this.bytes = this.#totals + this.atOnce * (size + LANES);
    this.longest = norms.reduce((a, b) => Math.max(a, b), 0);
  }

  fill(numbers: Float32Array): void {
    const { P, signs, norms } = this.#parts;
    numbers.set(signs, this.#signs / NUMBER);
    const scale = P ** -1.5;
    norms.forEach((norm, row) => (numbers[this.#norms / NUMBER + row] = scale * norm));
  }

  load(numbers: Float32Array, T: ArrayLike<number>): void {
    const { P, Y } = this.#parts;
    for (let row = 0; row < Y; row++) {
      const at = this.#sums / NUMBER + Math.floor(row / P) * 2 * P + (row % P);
      numbers[at] = T[row];
      numbers[at + P] = T[Y + row];
    }
  }

  state(query: number): number {
    return this.#states + this.#size * query;
  }

  run(kernels: Kernels, part: number, queries: number): void {
    const size = this.#size;
    const first = part * this.#blocksAtOnce;
    const last = Math.min(this.#parts.blocks, first + this.#blocksAtOnce);
    for (let block = first; block < last; block++) {
      for (let query = 0; query < queries; query++) {
        kernels.transformed(
          0,
          size,
          this.#signs + 3 * block * size,
          this.#norms + block * size,
          this.#sums + 2 * block * size,
          this.state(query),
          this.#totals + query * (size + LANES),
        );
      }
    }
  }

  take(numbers: Float32Array, query: number, slope: Float64Array): number {
    const { P, D } = this.#parts;
    const at = this.#totals / NUMBER + query * (P + LANES / NUMBER);
    const slopes = at + LANES / NUMBER;
    const total = numbers[at] + numbers[at + 1] + (numbers[at + 2] + numbers[at + 3]);
    for (let d = 0; d < D; d++) slope[d] += numbers[slopes + d];
    numbers.fill(0, at, slopes + P);
    return total;
  }
}
