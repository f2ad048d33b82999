// A matrix of rows ω that is only ever multiplied with, in blocks of rows.

import type { Work } from "@hamlet/core";

/** The rows ω of a family; `x` has `D` entries and is not changed. */
export interface Projection {
  readonly D: number;
  readonly Y: number;
  /** Rows in every block but the last. */
  readonly blockRows: number;
  readonly blocks: number;
  /** `phases[i] = ⟨ω, x⟩` for the rows of a block. */
  project(block: number, x: Float64Array, phases: Float64Array): void;
  /**
   * The same of many states `[count, D]`, with the same bits, to `[count, blockRows]`; families that gain
   * nothing by it have none.
   */
  projectMany?(block: number, x: Float64Array, phases: Float64Array, count: number): Work<void>;
  /** `sum += Σᵢ weights[i] ω` over the rows of a block. */
  addTransposed(block: number, weights: Float64Array, sum: Float64Array): void;
  /**
   * `sum[d] += Σᵢ weights[i] ω_d²` over the rows of a block; a family whose rows are not at hand
   * takes the mean of `ω_d²` over their directions.
   */
  addSquaresTransposed(block: number, weights: Float64Array, sum: Float64Array): void;
  /** All rows, `[Y, D]`. */
  matrix(): Float32Array;
}

/** The number of rows in a block. */
export function rowsIn({ Y, blockRows }: Projection, block: number): number {
  return Math.min(blockRows, Y - block * blockRows);
}

/** States from which it is worth the while to make a product of them. */
const MANY = 8;

/** `phases[n] = ⟨ω, xₙ⟩` of all states for the rows of a block, `[count, blockRows]`. */
export function* projectAll(
  projection: Projection,
  block: number,
  x: Float64Array,
  phases: Float64Array,
): Work<void> {
  const { D, blockRows } = projection;
  const count = x.length / D;
  if (count >= MANY && projection.projectMany !== undefined) {
    yield* projection.projectMany(block, x, phases, count);
    return;
  }
  for (let n = 0; n < count; n++) {
    const own = phases.subarray(n * blockRows, (n + 1) * blockRows);
    projection.project(block, x.subarray(n * D, (n + 1) * D), own);
  }
}
