import { axpy } from "./layers.ts";
import { DT } from "./options.ts";
import type { Solver } from "./solver.ts";

/** Heun's method: the mean of the velocities at both ends. Second order; two evaluations a step. */
export const heun: Solver = {
  name: "heun",
  order: 2,
  options: [DT],
  follows: true,
  advance: ({ states, velocity, at }, { dt }) => {
    const end = at(axpy(states, dt, velocity), 1).velocity;
    return { states: axpy(states, dt / 2, axpy(velocity, 1, end)) };
  },
  references: ["Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.1"],
};
