import { apply, type LagrangianDefinition } from "@hamlet/graph";

/**
 * Binary Lagrangian: `L(x) = Σ |x|`. Its activation is `sign(x)`: −1 or +1.
 *
 * Shapes: per unit, any axes. Convex; the layer's own energy is exactly 0.
 * @see Hopfield (1982).
 */
export const lagrSign: LagrangianDefinition = {
  name: "sign",
  summary: "L = |x|, activation sign(x)",
  options: [],
  coupled: false,
  kind: "binary",
  value: (x) => apply("abs", x),
  references: [
    'Hopfield, "Neural networks and physical systems with emergent collective computational abilities", PNAS 79, 1982',
  ],
};
