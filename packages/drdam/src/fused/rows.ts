// Rows as the kernels want them: where everything lies in memory, and how a part of it is run.

import type { Kernels } from "./kernels.ts";

/** Rows in memory, for some states at once. Addresses are in bytes. */
export interface Rows {
  /** Bytes of memory that are needed. */
  readonly bytes: number;
  /** States that fit in at once. */
  readonly atOnce: number;
  /** Parts of the rows, after each of which totals are taken out. */
  readonly parts: number;
  /** The norm of the longest row. */
  readonly longest: number;
  /** Writes what never changes. */
  fill(numbers: Float32Array): void;
  /** Writes the memory, `[2Y]`. */
  load(numbers: Float32Array, T: ArrayLike<number>): void;
  /** Where state `query` lies; the kernel reads no other numbers than its `D`, or zeros behind. */
  state(query: number): number;
  /** Runs one part for the first `queries` states. */
  run(kernels: Kernels, part: number, queries: number): void;
  /** Adds the totals of a state to `slope` and sets them to 0; returns that of the kernel sum. */
  take(numbers: Float32Array, query: number, slope: Float64Array): number;
}

/** Bytes of a number, and of four. */
export const NUMBER = 4;
export const LANES = 16;

/** Rows after which sums in float32 are added to those in float64. */
export const ROWS_AT_ONCE = 4096;

/** How many things of a size fit into a cache that is near; at least one. */
export function fitting(bytes: number, near: number): number {
  return Math.min(64, Math.max(1, Math.floor(near / bytes)));
}
