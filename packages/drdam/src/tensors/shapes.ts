// States and memories as they come in: one state or several, and what fits.

import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** Entries that a caller may pass: a tensor, which is borrowed, or numbers. */
export type Input = tf.TensorLike | tf.Tensor;

/** States `[B, D]`, and whether one came alone. */
export interface States {
  readonly states: tf.Tensor2D;
  readonly alone: boolean;
}

/**
 * States as `[B, D]`. Call it inside a tidy.
 * @throws HamError `drdam/shape-mismatch`.
 */
export function statesOf(x: Input, D: number, what: string): States {
  const value = tf.cast(x instanceof tf.Tensor ? x : tf.tensor(x), "float32");
  if (value.shape.at(-1) !== D || value.rank < 1 || value.rank > 2) {
    throw mismatch(what, `[${D}] for one state or [B, ${D}]`, value.shape);
  }
  return { states: tf.reshape(value, [-1, D]), alone: value.rank === 1 };
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
