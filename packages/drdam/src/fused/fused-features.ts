// Kernel sums and their gradients by WebAssembly: four float32 numbers at a time, one pass over the
// rows, and no intermediate as long as they are.

import { featureScale } from "../features/feature-map.ts";
import type { Features } from "../features/features.ts";
import { StructuredRows } from "@hamlet/core";
import { type Instance, instantiate } from "./instance.ts";
import { NUMBER, type Rows } from "./rows.ts";
import { LARGEST_ANGLE } from "./sine-lanes.ts";
import { StoredRows } from "./stored-rows.ts";
import { SMALLEST_BLOCK, TransformedRows } from "./transformed-rows.ts";

/** Entries of a memory up to this size are served. */
const LARGEST_ENTRY = 1e30;

/** Null where WebAssembly cannot be had, or would be no gain. */
export function makeFusedFeatures(features: Features): FusedFeatures | null {
  const rows = rowsOf(features);
  const instance = rows === null ? null : instantiate(rows.bytes);
  return rows === null || instance === null ? null : new FusedFeatures(features, rows, instance);
}

function rowsOf({ projection, description }: Features): Rows | null {
  if (description.kind !== "sin-cos") return null;
  if (!(projection instanceof StructuredRows)) return new StoredRows(projection);
  return projection.P < SMALLEST_BLOCK ? null : new TransformedRows(projection);
}

/** Evaluates kernel sums of sine-cosine features in float32. Nothing to dispose. */
export class FusedFeatures {
  readonly #features: Features;
  readonly #rows: Rows;
  readonly #instance: Instance;
  /** What was taken in last; null before. */
  memory: ArrayLike<number> | null = null;
  /** Whether the memory can be held in float32. */
  #isServed = true;

  constructor(features: Features, rows: Rows, instance: Instance) {
    this.#features = features;
    this.#rows = rows;
    this.#instance = instance;
    rows.fill(instance.numbers);
  }

  /** Takes in the memory `T`, `[2Y]`; before, it is 0. */
  load(T: ArrayLike<number>): void {
    this.#rows.load(this.#instance.numbers, T);
    this.memory = T;
    this.#isServed = true;
    for (let i = 0; i < T.length; i++) this.#isServed &&= Math.abs(T[i]) <= LARGEST_ENTRY;
  }

  /**
   * The kernel sums `⟨Φ(x), T⟩`, `[B]`, of states `[B, D]`; writes their derivatives, `[B, D]`. Null,
   * and nothing written, where an angle or an entry of `T` may be too large for float32.
   */
  kernelSums(states: Float32Array, gradients: Float64Array): Float64Array | null {
    const { D, beta } = this.#features.description;
    const { numbers, kernels } = this.#instance;
    const rows = this.#rows;
    const sharpness = Math.sqrt(beta);
    const B = states.length / D;
    if (!this.#isServed) return null;
    for (let b = 0; b < B; b++) {
      let square = 0;
      for (let i = b * D; i < (b + 1) * D; i++) square += states[i] ** 2;
      if (!(sharpness * Math.sqrt(square) * rows.longest <= LARGEST_ANGLE)) return null;
    }
    gradients.fill(0);
    const kernelSums = new Float64Array(B);
    for (let from = 0; from < B; from += rows.atOnce) {
      const count = Math.min(rows.atOnce, B - from);
      for (let query = 0; query < count; query++) {
        const at = rows.state(query) / NUMBER;
        for (let d = 0; d < D; d++) {
          numbers[at + d] = sharpness * states[(from + query) * D + d];
        }
      }
      for (let part = 0; part < rows.parts; part++) {
        rows.run(kernels, part, count);
        for (let query = 0; query < count; query++) {
          const slope = gradients.subarray((from + query) * D, (from + query + 1) * D);
          kernelSums[from + query] += rows.take(numbers, query, slope);
        }
      }
    }
    const scale = featureScale(this.#features);
    for (let i = 0; i < gradients.length; i++) gradients[i] *= scale * sharpness;
    return kernelSums.map((total) => scale * total);
  }
}
