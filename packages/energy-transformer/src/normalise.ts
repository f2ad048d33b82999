// Pixels as the numbers that a model was trained on.

import * as tf from "@tensorflow/tfjs-core";

/** Mean and standard deviation of every channel, for pixels from 0 to 1. */
export interface PixelStatistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Those of ImageNet, for the published model. */
export const IMAGENET: PixelStatistics = {
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/**
 * Pixels from 0 to 255, `[…, channels]`, as numbers around 0. The caller disposes the result.
 */
export function normalise(pixels: tf.Tensor, { mean, deviation }: PixelStatistics): tf.Tensor {
  return tf.tidy(() =>
    tf.div(tf.sub(tf.div(pixels, 255), tf.tensor1d([...mean])), tf.tensor1d([...deviation])),
  );
}

/** The inverse of {@link normalise}. */
export function denormalise(values: tf.Tensor, { mean, deviation }: PixelStatistics): tf.Tensor {
  return tf.tidy(() =>
    tf.mul(tf.add(tf.mul(values, tf.tensor1d([...deviation])), tf.tensor1d([...mean])), 255),
  );
}
