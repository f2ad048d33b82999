import { adaptive } from "./adaptive.ts";
import { alternate } from "./alternate.ts";
import { anderson } from "./anderson.ts";
import { cccp } from "./cccp.ts";
import { euler } from "./euler.ts";
import { heun } from "./heun.ts";
import { langevin } from "./langevin.ts";
import { rk4 } from "./rk4.ts";
import type { Solver } from "./solver.ts";

/** Every solver that moves all units of a layer at once, by name. */
export const SOLVERS: ReadonlyMap<string, Solver> = new Map(
  [euler, heun, rk4, langevin, adaptive, alternate, cccp, anderson].map((solver) => [
    solver.name,
    solver,
  ]),
);
