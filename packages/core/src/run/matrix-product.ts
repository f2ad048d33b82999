// A matrix product that reads each buffer as a matrix of one shape only.
//
// The wasm backend of tfjs 4.22 packs the right-hand matrix once and finds it again by its buffer
// alone. A reshaped tensor shares its buffer, so a second shape would be multiplied with what was
// packed for the first, and read beyond it.

import * as tf from "@tensorflow/tfjs-core";

/** The shape that a buffer was first used with as the right-hand side. */
const shapes = new WeakMap<object, string>();

/** `a · b`, or the products of two stacks of matrices. */
export function matrixProduct(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const shape = b.shape.join();
  const known = shapes.get(b.dataId);
  if (known === undefined) shapes.set(b.dataId, shape);
  if (known === undefined || known === shape) return tf.matMul(a, b);
  return tf.tidy(() => tf.matMul(a, tf.mul(b, 1)));
}
