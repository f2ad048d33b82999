import * as tf from "@tensorflow/tfjs-core";
import type { Optimiser } from "./optimiser.ts";

/** Gradient descent with momentum μ: `v ← μ v + g`, `θ ← θ − lr · v`. */
export const sgd: Optimiser = {
  name: "sgd",
  slots: ["velocity"],
  move: ({ value, slope, slots: [velocity] }, _, { lr, momentum = 0 }) => {
    const next = tf.add(tf.mul(velocity, momentum), slope);
    return { value: tf.sub(value, tf.mul(next, lr)), slots: [next] };
  },
  references: [
    "Polyak, Some methods of speeding up the convergence of iteration methods, USSR CMMP 4, 1964",
  ],
};
