import { add, lit, mul, sub } from "@hamlet/graph";
import type { Optimiser } from "./optimiser.ts";

/** Gradient descent with momentum μ: `v ← μ v + g`, `θ ← θ − lr · v`. */
export const sgd: Optimiser = {
  name: "sgd",
  slots: ["velocity"],
  numbers: () => [],
  move: ({ value, slope, slots: [velocity] }, { lr, momentum = 0 }) => {
    const next = add(mul(lit(momentum), velocity), slope);
    return { value: sub(value, mul(lit(lr), next)), slots: [next] };
  },
  references: [
    "Polyak, Some methods of speeding up the convergence of iteration methods, USSR CMMP 4, 1964",
  ],
};
