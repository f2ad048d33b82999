import { apply, div, mul, sub, type LagrangianDefinition } from "@hamlet/graph";
import { BETA } from "./options.ts";

/**
 * Rectified exponential Lagrangian: `L(x) = Σ (exp(β max(x, 0)) / β − max(x, 0))`. Its
 * activation is `exp(β max(x, 0)) − 1`.
 *
 * Shapes: per unit, any axes. Convex; `x̂ ≥ 0`.
 * @see Hoover et al. (2022), the HAMUX catalogue.
 */
export const lagrRexp: LagrangianDefinition = {
  name: "rexp",
  summary: "L = exp(β relu(x)) / β − relu(x), activation exp(β relu(x)) − 1",
  options: [BETA],
  coupled: false,
  kind: "smooth",
  value: (x, { beta }) => {
    const r = apply("relu", x);
    return sub(div(apply("exp", mul(beta, r)), beta), r);
  },
  references: [
    'Hoover, Chau, Strobelt & Krotov, "A universal abstraction for hierarchical Hopfield networks", NeurIPS 2022 workshop',
  ],
};
