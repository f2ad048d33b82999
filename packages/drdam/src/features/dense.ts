// Rows that are stored: independent Gaussian ones, and those made orthogonal.

import { drawNormal, drawOrthogonalRows, type Work } from "@hamlet/core";
import { addProduct, DEEP } from "@hamlet/core/numbers";
import type { FeatureDescription } from "./description.ts";
import { type Projection, rowsIn } from "./projection.ts";

/** Rows per block: their phases, sines and cosines stay in the nearest cache. */
const BLOCK_ROWS = 256;

/**
 * Independent rows `ω ~ N(0, I)`, equal to `jax.random.normal(key, (Y, D))`.
 * @see Rahimi and Recht (2007), Random features for large-scale kernel machines.
 */
export function* gaussianProjection({ D, Y, key }: FeatureDescription): Work<Projection> {
  return new DenseProjection(D, Y, yield* drawNormal(key, [Y, D]));
}

/** Rows that are orthogonal in groups of `D`. */
export function* orthogonalProjection(features: FeatureDescription): Work<Projection> {
  return new DenseProjection(features.D, features.Y, yield* drawOrthogonalRows(features));
}

class DenseProjection implements Projection {
  readonly D: number;
  readonly Y: number;
  readonly blockRows = BLOCK_ROWS;
  readonly blocks: number;
  readonly #rows: Float32Array;

  constructor(D: number, Y: number, rows: Float32Array) {
    this.D = D;
    this.Y = Y;
    this.blocks = Math.ceil(Y / BLOCK_ROWS);
    this.#rows = rows;
  }

  // Four rows at a time: four sums that do not wait for each other, and every entry of the state is
  // read once for all of them.

  project(block: number, x: Float64Array, phases: Float64Array): void {
    const { D } = this;
    const rows = this.#rows;
    const count = rowsIn(this, block);
    phases.fill(0, 0, count);
    // Depth after depth, as products sum.
    for (let from = 0; from < D; from += DEEP) {
      const to = Math.min(D, from + DEEP);
      let at = block * BLOCK_ROWS * D;
      let i = 0;
      for (; i + 4 <= count; i += 4, at += 4 * D) {
        let [a, b, c, e] = [0, 0, 0, 0];
        for (let d = from; d < to; d++) {
          const entry = x[d];
          a += rows[at + d] * entry;
          b += rows[at + D + d] * entry;
          c += rows[at + 2 * D + d] * entry;
          e += rows[at + 3 * D + d] * entry;
        }
        phases[i] += a;
        phases[i + 1] += b;
        phases[i + 2] += c;
        phases[i + 3] += e;
      }
      for (; i < count; i++, at += D) {
        let phase = 0;
        for (let d = from; d < to; d++) phase += rows[at + d] * x[d];
        phases[i] += phase;
      }
    }
  }

  *projectMany(block: number, x: Float64Array, phases: Float64Array, count: number): Work<void> {
    const { D, blockRows } = this;
    phases.fill(0);
    yield* addProduct(
      { data: phases, row: blockRows },
      { data: x, row: D, depth: 1 },
      { data: this.#rows, offset: block * blockRows * D, row: D, depth: 1 },
      { rows: count, columns: rowsIn(this, block), depth: D },
    );
  }

  addTransposed(block: number, weights: Float64Array, sum: Float64Array): void {
    const { D } = this;
    const rows = this.#rows;
    const count = rowsIn(this, block);
    let at = block * BLOCK_ROWS * D;
    let i = 0;
    for (; i + 4 <= count; i += 4, at += 4 * D) {
      const a = weights[i];
      const b = weights[i + 1];
      const c = weights[i + 2];
      const e = weights[i + 3];
      for (let d = 0; d < D; d++) {
        sum[d] +=
          a * rows[at + d] +
          b * rows[at + D + d] +
          c * rows[at + 2 * D + d] +
          e * rows[at + 3 * D + d];
      }
    }
    for (; i < count; i++, at += D) {
      const weight = weights[i];
      for (let d = 0; d < D; d++) sum[d] += weight * rows[at + d];
    }
  }

  addSquaresTransposed(block: number, weights: Float64Array, sum: Float64Array): void {
    const { D } = this;
    const rows = this.#rows;
    const count = rowsIn(this, block);
    for (let i = 0, at = block * BLOCK_ROWS * D; i < count; i++) {
      const weight = weights[i];
      for (let d = 0; d < D; d++, at++) sum[d] += weight * rows[at] * rows[at];
    }
  }

  matrix(): Float32Array {
    return this.#rows;
  }
}
