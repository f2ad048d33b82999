import * as tf from "@tensorflow/tfjs-core";
import type { Layers } from "./solver.ts";

/** `x + a · y`, layer by layer. */
export function axpy(x: Layers, a: number, y: Layers): Layers {
  return x.map((layer, i) => tf.add(layer, tf.mul(y[i], a)));
}
