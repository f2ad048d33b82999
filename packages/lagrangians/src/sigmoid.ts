import { apply, div, mul, type LagrangianDefinition } from "@hamlet/graph";
import { BETA } from "./options.ts";

/**
 * Logistic Lagrangian: `L(x) = Σ log(1 + exp(βx)) / β`. Its activation is
 * `1 / (1 + exp(−βx))`.
 *
 * Shapes: per unit, any axes. Convex; `0 < x̂ < 1`. Finite for every finite `βx`.
 * @see Hopfield (1984).
 */
export const lagrSigmoid: LagrangianDefinition = {
  name: "sigmoid",
  summary: "L = log(1 + exp(βx)) / β, activation 1 / (1 + exp(−βx))",
  options: [BETA],
  coupled: false,
  kind: "smooth",
  value: (x, { beta }) => div(apply("softplus", mul(beta, x)), beta),
  references: [
    'Hopfield, "Neurons with graded response have collective computational properties like those of two-state neurons", PNAS 81, 1984',
    'Krotov & Hopfield, "Large associative memory problem in neurobiology and machine learning", ICLR 2021, arXiv:2008.06996',
  ],
};
