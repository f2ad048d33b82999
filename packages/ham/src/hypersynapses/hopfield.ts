import {
  add,
  apply,
  type HypersynapseDefinition,
  lit,
  makeIndex,
  mul,
  neg,
  position,
  pow,
  sum,
} from "@hamlet/graph";
import { weights } from "./options.ts";

/**
 * Hopfield: `E = −½ Σ Sᵢⱼ aᵢ aⱼ` with symmetric weights `S`.
 *
 * Only the upper triangle of `W` is read (`Sᵢⱼ = W[min, max]`), so no half of the weights is
 * idle: every learned number counts. A symmetric array, such as a Hebbian `let`, may be bound
 * to `W` as it is.
 *
 * Shapes: `a: [A]`, `W: [A, A]`; `W` starts as N(0, 0.02²).
 * @see Hopfield (1982, 1984).
 */
export const synHopfield: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "hopfield",
  summary: "E = −½ Σ Sᵢⱼ aᵢ aⱼ, S the upper triangle of W mirrored",
  args: [{ name: "a", axes: ["A"] }],
  dims: [],
  options: [],
  params: [weights("W", "A", "A")],
  energy: ({ dims, args: { a }, params: { W } }) => {
    const i = makeIndex("i", dims["A"]);
    const j = makeIndex("j", dims["A"]);
    const above = apply("lt", position(i), position(j));
    const pairs = sum([i, j], mul(W(i, j), a(i), a(j)), above);
    const own = mul(lit(1 / 2), sum([i], mul(W(i, i), pow(a(i), lit(2)))));
    return neg(add(pairs, own));
  },
  references: [
    'Hopfield, "Neural networks and physical systems with emergent collective computational abilities", PNAS 79, 1982',
    'Hopfield, "Neurons with graded response have collective computational properties like those of two-state neurons", PNAS 81, 1984',
  ],
};
