import * as tf from "@tensorflow/tfjs-core";

/** One tensor for every neuron, in the order of the graph: `[B, …axes]`. */
export type Layers = readonly tf.Tensor[];

/** `x + a · y`, layer by layer. */
export function axpy(x: Layers, a: number, y: Layers): Layers {
  return x.map((layer, i) => tf.add(layer, tf.mul(y[i], a)));
}
