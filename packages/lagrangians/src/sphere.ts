import { add, apply, lit, mul, pow, sum, type LagrangianDefinition } from "@hamlet/graph";
import { DELTA, EPS, GAMMA } from "./options.ts";

/**
 * Spherical norm Lagrangian: `L(x) = γ √(Σ x² + ε) + Σ δ x`. Its activation is
 * `γ x / √(Σ x² + ε) + δ`: a point on (just inside) a sphere.
 *
 * Shapes: coupled along `over`; the other axes are independent and add. Convex for `γ > 0`.
 * `delta` may have the axes `over`.
 * @see Krotov & Hopfield (2021), model C.
 */
export const lagrSphere: LagrangianDefinition = {
  name: "sphere",
  summary: "L = γ √(Σ x² + ε) + Σ δx, activation γ x / √(Σ x² + ε) + δ",
  options: [GAMMA, DELTA, EPS],
  coupled: true,
  kind: "smooth",
  value: (x, { gamma, delta, eps }, over) => {
    const norm = apply("sqrt", add(sum(over, pow(x, lit(2))), eps));
    return add(mul(gamma, norm), sum(over, mul(delta, x)));
  },
  references: [
    'Krotov & Hopfield, "Large associative memory problem in neurobiology and machine learning", ICLR 2021, arXiv:2008.06996',
  ],
};
