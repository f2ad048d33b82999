// States as the DrDAM notebooks draw them, and tensors read back.

import { type Key, uniform } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";

/** Signs of a fair coin as 0 and `1/√D`, row by row. */
export function coins(from: Key, shape: readonly [number, number], D: number): Float32Array {
  const high = Math.fround(1 / Math.fround(Math.sqrt(D)));
  return uniform(from, shape).map((u) => (u > 0.5 ? high : 0));
}

/** The numbers of a tensor; disposes it. */
export async function read(tensor: tf.Tensor): Promise<number[]> {
  const values = [...(await tensor.data())];
  tensor.dispose();
  return values;
}
