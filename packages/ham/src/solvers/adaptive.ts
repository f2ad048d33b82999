import * as tf from "@tensorflow/tfjs-core";
import { along, choose, descends, firstControl, nextControl, refusedChange } from "./descent.ts";
import { FIRST_DT } from "./options.ts";
import type { Solver } from "./solver.ts";

/** How much a step grows after one that was accepted, and shrinks after one that was not. */
const GROWTH = 1.2;
const SHRINK = 0.5;

/**
 * Euler's method with a step size of its own for every example: `x ← x + h · dx/dt`. A trial that
 * would raise the energy beyond rounding is refused and `h` is halved; after one that was accepted
 * `h` grows by a fifth. `dt` is the first `h`. Two evaluations a step; a refused trial is a step
 * that does not move.
 */
export const adaptive: Solver = {
  name: "adaptive",
  order: 1,
  options: [FIRST_DT],
  targets: true,
  descends: true,
  remember: (from, { dt }) => firstControl(from, dt),
  advance: (from) => {
    const { states, velocity, memory, time, scheduled } = from;
    const { step } = memory;
    const moved = states.map((x, i) => tf.add(x, tf.mul(along(step, x), velocity[i])));
    const trial = from.at(moved, time);
    const lowest = scheduled ? from.energy : memory["lowest"];
    const accept = descends(from, trial, lowest);
    const factor = tf.add(SHRINK, tf.mul(accept, GROWTH - SHRINK));
    return {
      states: choose(accept, trial.states, states),
      memory: {
        ...nextControl(memory, { from, energy: trial.energy, accept, step }),
        step: tf.mul(step, factor),
      },
      refused: refusedChange(accept, from, trial),
    };
  },
  references: [
    "Hairer & Lubich, Energy-diminishing integration of gradient systems, IMA J. Numer. Anal. 34, 2014",
  ],
};
