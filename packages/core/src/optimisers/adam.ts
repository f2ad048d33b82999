import * as tf from "@tensorflow/tfjs-core";
import type { Moved, Optimiser, Standing } from "./optimiser.ts";

/** How much of the mean slope and of the mean squared slope stays in a step, and what guards 0/0. */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Adam: `m ← β₁ m + (1 − β₁) g`, `s ← β₂ s + (1 − β₂) g²`, and with `m̂ = m / (1 − β₁ᵗ)`,
 * `ŝ = s / (1 − β₂ᵗ)`: `θ ← θ − lr · m̂ / (√ŝ + ε)`, where β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
 */
export const adam: Optimiser = {
  name: "adam",
  slots: ["mean", "square"],
  move: (standing, step, { lr }) => moved(standing, step, { lr, decay: 0 }),
  references: [
    "Kingma & Ba, Adam: a method for stochastic optimization, ICLR 2015, arXiv:1412.6980",
  ],
};

/** Adam with decoupled decay: params also shrink by `lr · decay` of themselves in every step. */
export const adamw: Optimiser = {
  name: "adamw",
  slots: adam.slots,
  move: (standing, step, { lr, decay = 0.01 }) =>
    moved(standing, step, { lr, decay: standing.decays ? decay : 0 }),
  references: [
    "Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, arXiv:1711.05101",
  ],
};

function moved(
  { value, slope, slots: [mean, square] }: Standing,
  step: number,
  { lr, decay }: { lr: number; decay: number },
): Moved {
  const first = tf.add(tf.mul(mean, BETA1), tf.mul(slope, 1 - BETA1));
  const second = tf.add(tf.mul(square, BETA2), tf.mul(tf.square(slope), 1 - BETA2));
  const size = tf.add(tf.sqrt(tf.div(second, 1 - BETA2 ** step)), EPSILON);
  const direction = tf.div(tf.div(first, 1 - BETA1 ** step), size);
  const shrunk = decay === 0 ? value : tf.mul(value, 1 - lr * decay);
  return { value: tf.sub(shrunk, tf.mul(direction, lr)), slots: [first, second] };
}
