import { apply, div, mul, type LagrangianDefinition } from "@hamlet/graph";
import { BETA } from "./options.ts";

/**
 * Exponential Lagrangian: `L(x) = Σ exp(βx) / β`. Its activation is `exp(βx)`.
 *
 * Shapes: per unit, any axes. Convex; `x̂ > 0`.
 * @see Demircigil et al. (2017), arXiv:1702.01929.
 */
export const lagrExp: LagrangianDefinition = {
  name: "exp",
  summary: "L = exp(βx) / β, activation exp(βx)",
  options: [BETA],
  coupled: false,
  kind: "smooth",
  value: (x, { beta }) => div(apply("exp", mul(beta, x)), beta),
  references: [
    'Demircigil et al., "On a model of associative memory with huge storage capacity", J. Stat. Phys. 168, 2017, arXiv:1702.01929',
  ],
};
