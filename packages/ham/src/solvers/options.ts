import type { SolverOption } from "./solver.ts";

/** The step size. */
export const DT: SolverOption = { name: "dt", default: null };

/** The first step size, of a solver that finds its own. */
export const FIRST_DT: SolverOption = { name: "dt", default: 0.1 };

/** The strength of the noise. */
export const TEMPERATURE: SolverOption = { name: "temperature", default: null };
