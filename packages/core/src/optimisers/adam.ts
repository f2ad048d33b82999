import { add, apply, div, lit, mul, pow, sub } from "@hamlet/graph";
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
  numbers: (step) => [1 - BETA1 ** step, 1 - BETA2 ** step],
  move: (standing, { lr }) => moved(standing, { lr, decay: 0 }),
  references: [
    "Kingma & Ba, Adam: a method for stochastic optimization, ICLR 2015, arXiv:1412.6980",
  ],
};

/** Adam with decoupled decay: params also shrink by `lr · decay` of themselves in every step. */
export const adamw: Optimiser = {
  name: "adamw",
  slots: adam.slots,
  numbers: adam.numbers,
  move: (standing, { lr, decay = 0.01 }) =>
    moved(standing, { lr, decay: standing.decays ? decay : 0 }),
  references: [
    "Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, arXiv:1711.05101",
  ],
};

function moved(
  { value, slope, slots: [mean, square], numbers: [ofMean, ofSquare] }: Standing,
  { lr, decay }: { lr: number; decay: number },
): Moved {
  const first = add(mul(lit(BETA1), mean), mul(lit(1 - BETA1), slope));
  const second = add(mul(lit(BETA2), square), mul(lit(1 - BETA2), pow(slope, lit(2))));
  const size = add(apply("sqrt", div(second, ofSquare)), lit(EPSILON));
  const direction = div(div(first, ofMean), size);
  const shrunk = mul(lit(1 - lr * decay), value);
  return { value: sub(shrunk, mul(lit(lr), direction)), slots: [first, second] };
}
