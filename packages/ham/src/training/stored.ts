// Params as they are stored: bounded ones without their bound.

import type { Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** A start value this close to its bound is moved away from it: the bound itself has no place. */
const CLOSEST = 1e-6;

/** The smallest gap that no backend takes for 0. */
const SMALLEST_NORMAL = 2 ** -126;

/** The nearest number of float32 on one side of a bound. */
function nextTo(value: number, side: 1 | -1): number {
  const limit = Math.fround(value);
  const gap = Math.max(SMALLEST_NORMAL, Math.abs(limit) * 2 ** -23);
  return Math.fround(limit + side * gap);
}

/**
 * The stored number `u` of a value `θ`, entry by entry: `θ = c + softplus(u)` for a param `> c`,
 * `θ = c − softplus(u)` for one `< c`, and `θ = u` without a bound.
 */
export function storedOf({ bound }: Tensor, entries: Float32Array): Float32Array {
  if (bound === null) return entries.slice();
  const side = bound.op.startsWith(">") ? 1 : -1;
  return entries.map((entry) => {
    const gap = Math.max(CLOSEST, side * (entry - bound.value));
    // The inverse of softplus; eᵍ − 1 would overflow for a large gap.
    return gap + Math.log(-Math.expm1(-gap));
  });
}

/** The value of a stored param. The caller owns the result. */
export function valueOf({ bound }: Tensor, stored: tf.Tensor): tf.Tensor {
  if (bound === null) return tf.clone(stored);
  return tf.tidy(() => {
    // Far below 0 the softplus is less than float32 can tell from 0, or add to the bound.
    const gap = tf.softplus(stored);
    switch (bound.op) {
      case ">":
        return tf.maximum(tf.add(gap, bound.value), nextTo(bound.value, 1));
      case ">=":
        return tf.add(gap, bound.value);
      case "<":
        return tf.minimum(tf.sub(bound.value, gap), nextTo(bound.value, -1));
      case "<=":
        return tf.sub(bound.value, gap);
    }
  });
}

/** The slope by the stored number, from the slope by the value. The caller owns the result. */
export function storedSlope({ bound }: Tensor, stored: tf.Tensor, slope: tf.Tensor): tf.Tensor {
  if (bound === null) return tf.clone(slope);
  return tf.tidy(() => {
    const scaled = tf.mul(slope, tf.sigmoid(stored));
    return bound.op.startsWith(">") ? scaled : tf.neg(scaled);
  });
}
