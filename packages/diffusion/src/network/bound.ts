// A network's numbers as the tensors that its plans read.

import type { Inputs } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";
import { places } from "./model.ts";
import type { Network } from "./network.ts";

/** Every weight by its tensor. The caller disposes them. */
export function boundWeights(net: Network, all: Float32Array): Inputs {
  const tensors = tf.tidy(() =>
    places(net).map(({ weight, from, count }) =>
      tf.tensor(all.subarray(from, from + count), [...weight.shape]),
    ),
  );
  return new Map(net.weights.map(({ tensor }, k) => [tensor, tensors[k]]));
}

/** What the embedding reads: `[E]` each, cosines before sines. The caller disposes them. */
export function boundWaves(net: Network, turns: Float32Array): Inputs {
  const angles = turns.map((turn) => 2 * Math.PI * turn);
  const phases = new Float32Array(2 * turns.length).fill(Math.PI / 2, 0, turns.length);
  const tensors = tf.tidy(() => [tf.tensor1d([...angles, ...angles]), tf.tensor1d(phases)]);
  return new Map([net.frequencies, net.phases].map((tensor, k) => [tensor, tensors[k]]));
}
