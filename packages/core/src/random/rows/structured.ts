// Structured orthogonal rows: products of Walsh–Hadamard matrices and random signs, never stored.
//
// A block is M = (H S₃ H S₂ H S₁) / P^(3/2) for the power of two P ≥ D: an orthogonal matrix whose
// rows point almost anywhere. States are padded with zeros. With lengths from the χ distribution of
// P degrees of freedom a row is close to a normal vector, and so is the part of it that meets a state.

import { walshHadamard } from "../../numbers/walsh-hadamard.ts";
import { bits } from "../bits.ts";
import { foldIn } from "../key.ts";
import { rowNorms, type RowOptions } from "./norms.ts";

/**
 * Structured orthogonal rows, which are only ever multiplied with, in blocks of `P`.
 * @see Yu et al. (2016), Orthogonal random features; Choromanski, Rowland and Weller (2017), The
 * unreasonable effectiveness of structured random orthogonal embeddings.
 */
export class StructuredRows {
  readonly D: number;
  readonly Y: number;
  /** The power of two that states are padded to. */
  readonly P: number;
  /** Rows in every block but the last. */
  readonly blockRows: number;
  readonly blocks: number;
  /** Random signs, `[blocks, 3, P]`. */
  readonly signs: Int8Array;
  /** Row lengths, `[Y]`. */
  readonly norms: Float64Array;
  /** One state as it is transformed. */
  readonly #work: Float64Array;
  readonly #scale: number;

  constructor(features: RowOptions) {
    this.D = features.D;
    this.Y = features.Y;
    this.P = 2 ** Math.ceil(Math.log2(features.D));
    this.blockRows = this.P;
    this.blocks = Math.ceil(features.Y / this.P);
    this.signs = Int8Array.from(
      bits(foldIn(features.key, 0), this.blocks * 3 * this.P),
      (word) => 1 - 2 * (word & 1),
    );
    this.norms = rowNorms(features, this.P);
    this.#work = new Float64Array(this.P);
    this.#scale = this.P ** -1.5;
  }

  /** `phases[i] = ⟨ω, x⟩` for the rows of a block. */
  project(block: number, x: Float64Array, phases: Float64Array): void {
    const { P, D, signs } = this;
    const work = this.#work;
    work.fill(0, D);
    for (let d = 0, at = block * 3 * P; d < D; d++, at++) work[d] = signs[at] * x[d];
    walshHadamard(work, P);
    this.#flip(block, 1);
    walshHadamard(work, P);
    this.#flip(block, 2);
    walshHadamard(work, P);
    const count = this.#rowsIn(block);
    for (let i = 0, row = block * P; i < count; i++, row++) {
      phases[i] = work[i] * this.#scale * this.norms[row];
    }
  }

  /** `sum += Σᵢ weights[i] ω` over the rows of a block. */
  addTransposed(block: number, weights: Float64Array, sum: Float64Array): void {
    const { P, D, signs } = this;
    const work = this.#work;
    const count = this.#rowsIn(block);
    for (let i = 0, row = block * P; i < count; i++, row++) {
      work[i] = weights[i] * this.#scale * this.norms[row];
    }
    work.fill(0, count);
    walshHadamard(work, P);
    this.#flip(block, 2);
    walshHadamard(work, P);
    this.#flip(block, 1);
    walshHadamard(work, P);
    for (let d = 0, at = block * 3 * P; d < D; d++, at++) sum[d] += signs[at] * work[d];
  }

  /** `sum[d] += Σᵢ weights[i] |ω|² / P`: the mean of `ω_d²` over the directions of a row. */
  addSquaresTransposed(block: number, weights: Float64Array, sum: Float64Array): void {
    const count = this.#rowsIn(block);
    let total = 0;
    for (let i = 0, row = block * this.P; i < count; i++, row++) {
      total += weights[i] * this.norms[row] ** 2;
    }
    for (let d = 0; d < this.D; d++) sum[d] += total / this.P;
  }

  /** All rows, `[Y, D]`. */
  matrix(): Float32Array {
    const { Y, D, P } = this;
    const rows = new Float32Array(Y * D);
    const unit = new Float64Array(D);
    const phases = new Float64Array(P);
    for (let d = 0; d < D; d++) {
      unit.fill(0);
      unit[d] = 1;
      for (let block = 0; block < this.blocks; block++) {
        this.project(block, unit, phases);
        const count = this.#rowsIn(block);
        for (let i = 0; i < count; i++) rows[(block * P + i) * D + d] = phases[i];
      }
    }
    return rows;
  }

  #rowsIn(block: number): number {
    return Math.min(this.P, this.Y - block * this.P);
  }

  /** Multiplies the work by the signs `S₂` or `S₃`. */
  #flip(block: number, which: 1 | 2): void {
    const work = this.#work;
    for (let i = 0, at = (block * 3 + which) * this.P; i < this.P; i++, at++) {
      work[i] *= this.signs[at];
    }
  }
}
