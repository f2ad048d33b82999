// What a stage consists of when it is compiled: loops, products, and bands of both.

import type { Task } from "../target.ts";
import type { Waiting } from "./factors.ts";
import type { Count, Loop } from "./loops.ts";

/** Numbers of a slot seen with a shape. Sizes and steps are those of loops. */
export interface View {
  readonly base: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  /** Whether it is a transpose that no stage copies. */
  readonly isTurned?: boolean;
}

/** One thing to do, in the order of the plan; it writes the arrays of `writes`. */
export type Action = {
  /** The slots whose numbers are read and written. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
} & (
  | { readonly kind: "loop"; readonly loop: Loop; readonly arrays: readonly number[] }
  | { readonly kind: "product"; readonly a: View; readonly b: View }
  | { readonly kind: "band"; readonly band: Band; readonly arrays: readonly number[] }
  | { readonly kind: "move"; readonly task: Task }
  /** Whether factors, the first that is read, could be left out of sums, the second. */
  | { readonly kind: "check"; readonly op: Waiting["op"] }
);

/** Where numbers lie: an array of the band, and how far they move on with every row. */
export interface Place {
  readonly array: number;
  /** 0 where the array holds no more than a block. */
  readonly step: Count;
}

/** How many there are, of something or of the rows of a block. */
export type Size = Count | "rows";

/** An argument of a kernel: an address, a step in numbers, a size, or a number as it is. */
export type Argument =
  | { readonly place: Place }
  | { readonly step: Count }
  | { readonly size: Size }
  | { readonly value: number };

/** A kernel at work. */
export interface Call {
  readonly kind: "call";
  readonly kernel: Kernel;
  readonly args: readonly Argument[];
}

/** One thing to do. */
export type Member =
  | { readonly kind: "loop"; readonly loop: Loop; readonly places: readonly Place[] }
  | Call
  | { readonly kind: "clear"; readonly array: number; readonly count: Count }
  | { readonly kind: "copy"; readonly to: number; readonly from: number; readonly count: Count };

/** Functions that bands call: see rows.ts. */
export type Kernel = "dots" | "manyDots" | "mix" | "scale" | "scaleTotals" | "addTotals" | "round";

/**
 * What is done with the rows of a matrix. Its parts, of one or several blocks each, have totals of
 * their own and can be done at the same time; then those are merged in order.
 */
export interface Band {
  readonly rows: number;
  /** The rows of a block. */
  readonly block: number;
  /** How many parts there are, and the rows of each but the last. */
  readonly parts: number;
  readonly part: number;
  readonly arrays: number;
  /** Arrays of which every part has its own, by how many numbers that holds. */
  readonly own: ReadonlyMap<number, Count>;
  /** Products of two numbers, about: factors that are added. */
  readonly work: readonly Count[];
  /** What is done before all parts, before the first block of a part, and with each block. */
  readonly before: readonly Member[];
  readonly begin: readonly Member[];
  readonly each: readonly Member[];
  /** What is done with the totals of each part, in turns, and after the last. */
  readonly clear: readonly Member[];
  readonly merge: readonly (readonly Member[])[];
  readonly after: readonly Member[];
}
