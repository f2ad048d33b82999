import * as tf from "@tensorflow/tfjs-core";
import { axpy } from "./axpy.ts";
import { DT } from "./options.ts";
import type { Solver } from "./solver.ts";

/** The classical Runge–Kutta method. Fourth order; four evaluations a step. */
export const rk4: Solver = {
  name: "rk4",
  order: 4,
  options: [DT],
  follows: true,
  advance: ({ states, velocity: k1, time, timeStep, at }, { dt }) => {
    const middle = time + timeStep / 2;
    const k2 = at(axpy(states, dt / 2, k1), middle).velocity;
    const k3 = at(axpy(states, dt / 2, k2), middle).velocity;
    const k4 = at(axpy(states, dt, k3), time + timeStep).velocity;
    const total = k1.map((k, i) => tf.addN([k, tf.mul(k2[i], 2), tf.mul(k3[i], 2), k4[i]]));
    return { states: axpy(states, dt / 6, total) };
  },
  references: ["Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.1"],
};
