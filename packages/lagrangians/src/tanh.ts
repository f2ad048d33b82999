import { apply, div, mul, type LagrangianDefinition } from "@hamlet/graph";
import { BETA } from "./options.ts";

/**
 * Hyperbolic tangent Lagrangian: `L(x) = Σ log cosh(βx) / β`. Its activation is `tanh(βx)`.
 *
 * Shapes: per unit, any axes. Convex; `−1 < x̂ < 1`. Finite for every finite `βx`.
 * @see Hopfield (1984).
 */
export const lagrTanh: LagrangianDefinition = {
  name: "tanh",
  summary: "L = log cosh(βx) / β, activation tanh(βx)",
  options: [BETA],
  coupled: false,
  kind: "smooth",
  value: (x, { beta }) => div(apply("logcosh", mul(beta, x)), beta),
  references: [
    'Hopfield, "Neurons with graded response have collective computational properties like those of two-state neurons", PNAS 81, 1984',
    'Krotov & Hopfield, "Large associative memory problem in neurobiology and machine learning", ICLR 2021, arXiv:2008.06996',
  ],
};
