import { lit, mul, pow, type LagrangianDefinition } from "@hamlet/graph";

/**
 * Identity Lagrangian: `L(x) = ½ Σ x²`. Its activation is `x`.
 *
 * Shapes: per unit, any axes. Convex; `x̂` is unbounded.
 * @see Krotov & Hopfield (2021), arXiv:2008.06996.
 */
export const lagrIdentity: LagrangianDefinition = {
  name: "identity",
  summary: "L = ½ x², activation x",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(1 / 2), pow(x, lit(2))),
  references: [
    'Krotov & Hopfield, "Large associative memory problem in neurobiology and machine learning", ICLR 2021, arXiv:2008.06996',
  ],
};
