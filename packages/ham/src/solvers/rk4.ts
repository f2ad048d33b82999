import { add, lit, mul } from "@hamlet/graph";
import { axpy } from "./layers.ts";
import { DT } from "./options.ts";
import type { Solver } from "./solver.ts";

/** The classical Runge–Kutta method. Fourth order; four evaluations a step. */
export const rk4: Solver = {
  name: "rk4",
  order: 4,
  options: [DT],
  follows: true,
  advance: ({ states, velocity: k1, at }, { dt }) => {
    const k2 = at(axpy(states, dt / 2, k1), 1 / 2).velocity;
    const k3 = at(axpy(states, dt / 2, k2), 1 / 2).velocity;
    const k4 = at(axpy(states, dt, k3), 1).velocity;
    const total = k1.map((k, i) => add(k, mul(lit(2), k2[i]), mul(lit(2), k3[i]), k4[i]));
    return { states: axpy(states, dt / 6, total) };
  },
  references: ["Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.1"],
};
