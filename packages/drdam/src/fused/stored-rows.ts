// Rows that are stored, in groups of sixteen: entry after entry, the sixteen rows side by side.

import type { Projection } from "../features/projection.ts";
import { GROUP, type Kernels } from "./kernels.ts";
import { fitting, LANES, NUMBER, type Rows, ROWS_AT_ONCE } from "./rows.ts";

/** Bytes of totals that are worked on together. */
const NEAR = 2 ** 15;
const GROUPS_AT_ONCE = ROWS_AT_ONCE / GROUP;

export class StoredRows implements Rows {
  readonly bytes: number;
  readonly atOnce: number;
  readonly parts: number;
  readonly longest: number;
  readonly #matrix: Float32Array;
  readonly #D: number;
  readonly #Y: number;
  /** Entries of a state with the zero that makes them even. */
  readonly #entries: number;
  readonly #groups: number;
  readonly #sums: number;
  readonly #states: number;
  readonly #totals: number;

  constructor(projection: Projection) {
    const { D, Y } = projection;
    this.#matrix = projection.matrix();
    this.#D = D;
    this.#Y = Y;
    this.#entries = D + (D % 2);
    this.#groups = Math.ceil(Y / GROUP);
    this.parts = Math.ceil(this.#groups / GROUPS_AT_ONCE);
    this.atOnce = fitting(LANES * (1 + this.#entries), NEAR);
    this.#sums = NUMBER * this.#groups * GROUP * this.#entries;
    this.#states = this.#sums + 2 * NUMBER * this.#groups * GROUP;
    this.#totals = this.#states + NUMBER * this.#entries * this.atOnce;
    this.bytes = this.#totals + LANES * (1 + this.#entries) * this.atOnce;
    this.longest = 0;
    for (let row = 0; row < Y; row++) {
      let square = 0;
      for (let i = row * D; i < (row + 1) * D; i++) square += this.#matrix[i] ** 2;
      this.longest = Math.max(this.longest, Math.sqrt(square));
    }
  }

  fill(numbers: Float32Array): void {
    for (let row = 0; row < this.#Y; row++) {
      const at = Math.floor(row / GROUP) * GROUP * this.#entries + (row % GROUP);
      for (let d = 0; d < this.#D; d++) {
        numbers[at + d * GROUP] = this.#matrix[row * this.#D + d];
      }
    }
  }

  load(numbers: Float32Array, T: ArrayLike<number>): void {
    for (let row = 0; row < this.#Y; row++) {
      const at = this.#sums / NUMBER + Math.floor(row / GROUP) * 2 * GROUP + (row % GROUP);
      numbers[at] = T[row];
      numbers[at + GROUP] = T[this.#Y + row];
    }
  }

  state(query: number): number {
    return this.#states + NUMBER * this.#entries * query;
  }

  run(kernels: Kernels, part: number, queries: number): void {
    const first = part * GROUPS_AT_ONCE;
    kernels.stored(
      NUMBER * first * GROUP * this.#entries,
      this.#sums + 2 * NUMBER * first * GROUP,
      Math.min(GROUPS_AT_ONCE, this.#groups - first),
      this.#states,
      queries,
      this.#entries,
      this.#totals,
    );
  }

  take(numbers: Float32Array, query: number, slope: Float64Array): number {
    const lanes = LANES / NUMBER;
    let at = this.#totals / NUMBER + query * lanes * (1 + this.#entries);
    const four = () => {
      const sum = numbers[at] + numbers[at + 1] + (numbers[at + 2] + numbers[at + 3]);
      numbers.fill(0, at, at + lanes);
      at += lanes;
      return sum;
    };
    const total = four();
    for (let d = 0; d < this.#D; d++) slope[d] += four();
    return total;
  }
}
