// States and memories as they come in: one state or several, and what fits.

import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** Entries that a caller may pass: a tensor, which is borrowed, or numbers. */
export type Input = tf.TensorLike | tf.Tensor;

/** States `[B, D]`, and the axes that they came with before the last, such as `[]` for one alone. */
export interface States {
  readonly states: tf.Tensor2D;
  readonly leading: readonly number[];
}

/**
 * States `[…, D]` as `[B, D]`. Call it inside a tidy.
 * @throws HamError `drdam/shape-mismatch`.
 */
export function statesOf(x: Input, D: number, what: string): States {
  const value = tf.cast(x instanceof tf.Tensor ? x : tf.tensor(x), "float32");
  if (value.shape.at(-1) !== D) {
    throw mismatch(what, `[${D}] for one state or […, ${D}] for more`, value.shape);
  }
  const leading = value.shape.slice(0, -1);
  return { states: tf.reshape(value, [sizeOf(leading), D]), leading };
}

/** Results `[before, B, after]` with the axes that the states came with. Call it inside a tidy. */
export function withLeading(
  values: tf.Tensor,
  leading: readonly number[],
  { before = [], after = [] }: { before?: readonly number[]; after?: readonly number[] } = {},
): tf.Tensor {
  return tf.reshape(values, [...before, ...leading, ...after]);
}

/**
 * The axes that pairs of states have in common; one state meets all others.
 * @throws HamError `drdam/shape-mismatch`.
 */
export function leadingOf(a: States, b: States): readonly number[] {
  const [x, y] = [a.leading, b.leading];
  if (b.states.shape[0] === 1 && x.length >= y.length) return x;
  if (a.states.shape[0] === 1) return y;
  if (b.states.shape[0] === 1) return x;
  if (x.length === y.length && x.every((size, k) => size === y[k])) return x;
  const D = a.states.shape[1];
  throw mismatch("y", `[${[...x, D].join(", ")}], as x has`, [...y, D]);
}

function sizeOf(axes: readonly number[]): number {
  return axes.reduce((product, size) => product * size, 1);
}

/**
 * Memories as `[K, D]`. Call it inside a tidy.
 * @throws HamError `drdam/shape-mismatch`.
 */
export function memoriesOf(memories: Input, D: number): tf.Tensor2D {
  const value = tf.cast(memories instanceof tf.Tensor ? memories : tf.tensor(memories), "float32");
  if (value.rank !== 2 || value.shape[1] !== D || value.shape[0] === 0) {
    throw mismatch("memories", `[K, ${D}], one memory a row`, value.shape);
  }
  return value as tf.Tensor2D;
}

/**
 * A vector of a fixed length. Call it inside a tidy.
 * @throws HamError `drdam/shape-mismatch`.
 */
export function vectorOf(values: Input, length: number, what: string): tf.Tensor1D {
  const value = tf.cast(values instanceof tf.Tensor ? values : tf.tensor(values), "float32");
  if (value.rank !== 1 || value.shape[0] !== length)
    throw mismatch(what, `[${length}]`, value.shape);
  return value as tf.Tensor1D;
}

function mismatch(what: string, expected: string, found: readonly number[]): HamError {
  return new HamError(
    "drdam/shape-mismatch",
    `${what}: expected the shape ${expected}, found [${found.join(", ")}]. Reshape it, or make the features for that size.`,
    { what, expected, found },
  );
}
