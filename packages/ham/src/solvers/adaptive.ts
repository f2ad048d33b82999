import { lit, mul, select } from "@hamlet/graph";
import { choose, descends, firstControl, nextControl, refusedChange } from "./descent.ts";
import { axpy } from "./layers.ts";
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
    const { step } = from.memory;
    const trial = from.at(axpy(from.states, step, from.velocity), 0);
    const accept = from.kept(descends(from, trial));
    return {
      states: choose(accept, trial.states, from.states),
      memory: {
        ...nextControl(from, { energy: trial.energy, accept, step }),
        step: mul(step, select(accept, lit(GROWTH), lit(SHRINK))),
      },
      refused: refusedChange(accept, from, trial),
    };
  },
  references: [
    "Hairer & Lubich, Energy-diminishing integration of gradient systems, IMA J. Numer. Anal. 34, 2014",
  ],
};
