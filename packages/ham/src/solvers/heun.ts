import * as tf from "@tensorflow/tfjs-core";
import { axpy } from "./axpy.ts";
import { DT } from "./options.ts";
import type { Solver } from "./solver.ts";

/** Heun's method: the mean of the velocities at both ends. Second order; two evaluations a step. */
export const heun: Solver = {
  name: "heun",
  order: 2,
  options: [DT],
  follows: true,
  advance: ({ states, velocity, time, timeStep, at }, { dt }) => {
    const end = at(axpy(states, dt, velocity), time + timeStep).velocity;
    const total = velocity.map((v, i) => tf.add(v, end[i]));
    return { states: axpy(states, dt / 2, total) };
  },
  references: ["Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.1"],
};
