import { axpy } from "./layers.ts";
import { DT } from "./options.ts";
import type { Solver } from "./solver.ts";

/** Euler's method: `x ← x + dt · dx/dt`. First order; one evaluation a step. */
export const euler: Solver = {
  name: "euler",
  order: 1,
  options: [DT],
  follows: true,
  advance: ({ states, velocity }, { dt }) => ({ states: axpy(states, dt, velocity) }),
  references: ["Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, I.7"],
};
