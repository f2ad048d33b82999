// A matrix of rows ω that is only ever multiplied with, in blocks of rows.

/** The rows ω of a family; `x` has `D` entries and is not changed. */
export interface Projection {
  readonly D: number;
  readonly Y: number;
  /** Rows in every block but the last. */
  readonly blockRows: number;
  readonly blocks: number;
  /** `phases[i] = ⟨ω, x⟩` for the rows of a block. */
  project(block: number, x: Float64Array, phases: Float64Array): void;
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
