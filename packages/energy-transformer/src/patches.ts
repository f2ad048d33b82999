// Pictures as rows of patches, and back.

import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { type ImageConfig, patchCounts } from "./config.ts";

/**
 * Cuts pictures `[B, height, width, channels]` into patches `[B, N, channels · patch²]`, row after
 * row. The entries of a patch come channel by channel, each row by row, as in the published model.
 * The caller disposes the result.
 *
 * @throws HamError `energy-transformer/bad-shape`, `energy-transformer/bad-image-size`.
 */
export function toPatches(images: tf.Tensor, config: ImageConfig): tf.Tensor {
  const { height, width, channels, patch } = config;
  const { patches, entries } = patchCounts(config);
  assertShape(images, [height, width, channels], "pictures");
  const [batch] = images.shape;
  return tf.tidy(() => {
    // At most four axes at a time, which every backend can move.
    const rows = tf.reshape(images, [-1, patch, width / patch, patch * channels]);
    const cut = tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [-1, patch ** 2, channels]);
    return tf.reshape(tf.transpose(cut, [0, 2, 1]), [batch, patches, entries]);
  });
}

/** Puts patches `[B, N, channels · patch²]` together again; the inverse of {@link toPatches}. */
export function fromPatches(patches: tf.Tensor, config: ImageConfig): tf.Tensor {
  const { height, width, channels, patch } = config;
  const counts = patchCounts(config);
  assertShape(patches, [counts.patches, counts.entries], "patches");
  const [batch] = patches.shape;
  return tf.tidy(() => {
    const cut = tf.transpose(tf.reshape(patches, [-1, channels, patch ** 2]), [0, 2, 1]);
    const rows = tf.reshape(cut, [-1, width / patch, patch, patch * channels]);
    return tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [batch, height, width, channels]);
  });
}

/** Checks that a tensor is `[B, …wanted]`. */
export function assertShape({ shape }: tf.Tensor, wanted: readonly number[], what: string): void {
  if (shape.length === wanted.length + 1 && wanted.every((n, axis) => n === shape[axis + 1]))
    return;
  throw new HamError(
    "energy-transformer/bad-shape",
    `Expected ${what} of the shape [B, ${wanted.join(", ")}], found [${shape.join(", ")}]. Reshape them, or change the sizes in the config.`,
    { expected: wanted, found: shape },
  );
}
