import { euler } from "./euler.ts";
import { heun } from "./heun.ts";
import { rk4 } from "./rk4.ts";
import type { Solver } from "./solver.ts";

/** Every solver, by name. */
export const SOLVERS: ReadonlyMap<string, Solver> = new Map(
  [euler, heun, rk4].map((solver) => [solver.name, solver]),
);
