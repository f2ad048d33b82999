import { apply, lit, mul, pow, type LagrangianDefinition } from "@hamlet/graph";

/**
 * Rectified linear Lagrangian: `L(x) = ½ Σ max(x, 0)²`. Its activation is `max(x, 0)`.
 *
 * Shapes: per unit, any axes. Convex; `x̂ ≥ 0`.
 * @see Krotov & Hopfield (2021), arXiv:2008.06996.
 */
export const lagrRelu: LagrangianDefinition = {
  name: "relu",
  summary: "L = ½ relu(x)², activation relu(x)",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(1 / 2), pow(apply("relu", x), lit(2))),
  references: [
    'Krotov & Hopfield, "Large associative memory problem in neurobiology and machine learning", ICLR 2021, arXiv:2008.06996',
  ],
};
