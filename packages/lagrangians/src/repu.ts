import { apply, div, pow, type LagrangianDefinition } from "@hamlet/graph";

/**
 * Rectified power Lagrangian: `L(x) = Σ max(x, 0)ⁿ / n`. Its activation is `max(x, 0)ⁿ⁻¹`.
 *
 * Shapes: per unit, any axes. Convex for `n ≥ 1`; `x̂ ≥ 0`.
 * @see Krotov & Hopfield (2016), arXiv:1606.01164.
 */
export const lagrRepu: LagrangianDefinition = {
  name: "repu",
  summary: "L = relu(x)ⁿ / n, activation relu(x)ⁿ⁻¹",
  options: [
    {
      name: "n",
      meaning: "power, larger separates more",
      default: null,
      bound: { op: ">=", value: 1 },
    },
  ],
  coupled: false,
  kind: "smooth",
  value: (x, { n }) => div(pow(apply("relu", x), n), n),
  references: [
    'Krotov & Hopfield, "Dense associative memory for pattern recognition", NeurIPS 2016, arXiv:1606.01164',
    'Krotov & Hopfield, "Large associative memory problem in neurobiology and machine learning", ICLR 2021, arXiv:2008.06996',
  ],
};
