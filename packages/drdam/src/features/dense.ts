// Rows that are stored: independent Gaussian ones, and those made orthogonal.

import { foldIn, type Key, normal } from "@hamlet/core";
import type { FeatureDescription } from "./description.ts";
import { rowNorms } from "./norms.ts";
import { type Projection, rowsIn } from "./projection.ts";

/** Rows per block: their phases, sines and cosines stay in the nearest cache. */
const BLOCK_ROWS = 256;

/**
 * Independent rows `ω ~ N(0, I)`, equal to `jax.random.normal(key, (Y, D))`.
 * @see Rahimi and Recht (2007), Random features for large-scale kernel machines.
 */
export function gaussianRows({ D, Y, key }: FeatureDescription): Projection {
  return new DenseProjection(D, Y, normal(key, [Y, D]));
}

/**
 * Rows that are orthogonal within every group of `D`: each group is a random rotation whose rows
 * get norms of their own. Rotations alone have rows of norm 1, and would approximate the kernel of
 * an inverse temperature `D` times too small.
 * @see Yu et al. (2016), Orthogonal random features.
 */
export function orthogonalRows(features: FeatureDescription): Projection {
  const { D, Y, key } = features;
  const norms = rowNorms(features, D);
  const rows = new Float32Array(Y * D);
  for (let group = 0; group * D < Y; group++) {
    const rotation = randomRotation(D, foldIn(key, group + 2));
    const count = Math.min(D, Y - group * D);
    for (let i = 0; i < count; i++) {
      const norm = norms[group * D + i];
      for (let d = 0; d < D; d++) rows[(group * D + i) * D + d] = norm * rotation[i * D + d];
    }
  }
  return new DenseProjection(D, Y, rows);
}

/** Normal rows, each made orthogonal to those before it, twice over, and of norm 1. */
function randomRotation(D: number, key: Key): Float64Array {
  const rows = new Float64Array(normal(key, [D, D]));
  for (let i = 0; i < D; i++) {
    const row = rows.subarray(i * D, (i + 1) * D);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const earlier = rows.subarray(j * D, (j + 1) * D);
        let overlap = 0;
        for (let d = 0; d < D; d++) overlap += earlier[d] * row[d];
        for (let d = 0; d < D; d++) row[d] -= overlap * earlier[d];
      }
    }
    const norm = Math.hypot(...row);
    for (let d = 0; d < D; d++) row[d] /= norm;
  }
  return rows;
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
    let at = block * BLOCK_ROWS * D;
    let i = 0;
    for (; i + 4 <= count; i += 4, at += 4 * D) {
      let [a, b, c, e] = [0, 0, 0, 0];
      for (let d = 0; d < D; d++) {
        const entry = x[d];
        a += rows[at + d] * entry;
        b += rows[at + D + d] * entry;
        c += rows[at + 2 * D + d] * entry;
        e += rows[at + 3 * D + d] * entry;
      }
      phases[i] = a;
      phases[i + 1] = b;
      phases[i + 2] = c;
      phases[i + 3] = e;
    }
    for (; i < count; i++, at += D) {
      let phase = 0;
      for (let d = 0; d < D; d++) phase += rows[at + d] * x[d];
      phases[i] = phase;
    }
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
