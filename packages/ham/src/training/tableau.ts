import { HamError, type Recall } from "@hamlet/graph";

/**
 * An explicit Runge–Kutta method: `kᵢ = f(x + dt Σⱼ aᵢⱼ kⱼ, t + cᵢ)`, `x ← x + dt Σᵢ bᵢ kᵢ`.
 */
export interface Tableau {
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
}

/** The solvers that gradients can follow, by name. */
const TABLEAUS: ReadonlyMap<string, Tableau> = new Map([
  ["euler", { a: [[]], b: [1], c: [0] }],
  ["heun", { a: [[], [1]], b: [1 / 2, 1 / 2], c: [0, 1] }],
  [
    "rk4",
    {
      a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
      b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
      c: [0, 0.5, 0.5, 1],
    },
  ],
]);

/**
 * The tableau of a recall's solver.
 * @throws HamError `ham/no-gradient` for a solver that is not such a method.
 */
export function tableauOf({ name, solver }: Recall): Tableau {
  const found = TABLEAUS.get(solver.name);
  if (found !== undefined) return found;
  throw new HamError(
    "ham/no-gradient",
    `A training cannot follow the solver "${solver.name}" of the recall "${name}". Write a recall for the training with one of: ${[...TABLEAUS.keys()].join(", ")}.`,
    { recall: name, solver: solver.name },
  );
}
