import { apply, type LagrangianDefinition } from "@hamlet/graph";

/**
 * Binary Lagrangian: `L(x) = Σ max(x, 0)`. Its activation is 1 for `x > 0`, else 0.
 *
 * Shapes: per unit, any axes. Convex; the layer's own energy is exactly 0.
 * @see Hopfield (1982).
 */
export const lagrStep: LagrangianDefinition = {
  name: "step",
  summary: "L = relu(x), activation 1 for x > 0, else 0",
  options: [],
  coupled: false,
  kind: "binary",
  value: (x) => apply("relu", x),
  references: [
    'Hopfield, "Neural networks and physical systems with emergent collective computational abilities", PNAS 79, 1982',
  ],
};
