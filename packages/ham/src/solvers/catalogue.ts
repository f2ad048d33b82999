import { euler } from "./euler.ts";
import { heun } from "./heun.ts";
import { langevin } from "./langevin.ts";
import { rk4 } from "./rk4.ts";
import type { Solver } from "./solver.ts";

/** Every solver that follows a velocity, by name. */
export const SOLVERS: ReadonlyMap<string, Solver> = new Map(
  [euler, heun, rk4, langevin].map((solver) => [solver.name, solver]),
);
