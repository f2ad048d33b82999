// Which patches can be seen.

import { foldIn, type Key, permutation } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** How many patches there are, how many of them are hidden, in how many pictures. */
export interface MaskOptions {
  readonly patches: number;
  readonly hidden: number;
  /** Default 1. */
  readonly batch?: number;
}

/**
 * Draws masks `[B, N]` with 1 where a patch can be seen and 0 where it is hidden. Exactly `hidden`
 * patches of every picture are: the published code fills a buffer of fixed length and hides token 0
 * as well where fewer are asked for. The caller disposes the result.
 *
 * @throws HamError `energy-transformer/bad-mask`.
 */
export function drawMask(key: Key, { patches, hidden, batch = 1 }: MaskOptions): tf.Tensor2D {
  if (!Number.isSafeInteger(hidden) || hidden < 0 || hidden > patches) {
    throw new HamError(
      "energy-transformer/bad-mask",
      `Expected a whole number of hidden patches from 0 to ${patches}, found ${hidden}.`,
      { patches, hidden },
    );
  }
  const seen = new Float32Array(batch * patches).fill(1);
  for (let example = 0; example < batch; example++) {
    const order = permutation(foldIn(key, example), patches);
    for (const patch of order.subarray(0, hidden)) seen[example * patches + patch] = 0;
  }
  return tf.tensor2d(seen, [batch, patches]);
}
