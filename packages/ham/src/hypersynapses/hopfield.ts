import { type HypersynapseDefinition, lit, makeIndex, mul, neg, sum } from "@hamlet/graph";
import { weights } from "./options.ts";

/**
 * Hopfield: `E = −½ Σ Wᵢⱼ aᵢ aⱼ`, every pair of units and every unit with itself.
 *
 * Only the symmetric part `½ (W + Wᵀ)` acts, as in every energy of this form, so that a triangle of
 * couplings means half of each, both ways. A symmetric array, such as a Hebbian `let`, is the usual
 * case.
 *
 * Shapes: `a: [A]`, `W: [A, A]`; `W` starts as N(0, 0.02²).
 * @see Hopfield (1982, 1984).
 */
export const synHopfield: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "hopfield",
  summary: "E = −½ Σ Wᵢⱼ aᵢ aⱼ; the symmetric part of W acts",
  args: [{ name: "a", axes: ["A"] }],
  dims: [],
  options: [],
  params: [weights("W", "A", "A")],
  energy: ({ dims, args: { a }, params: { W } }) => {
    const i = makeIndex("i", dims["A"]);
    const j = makeIndex("j", dims["A"]);
    return neg(mul(lit(1 / 2), sum([i, j], mul(W(i, j), a(i), a(j)))));
  },
  references: [
    'Hopfield, "Neural networks and physical systems with emergent collective computational abilities", PNAS 79, 1982',
    'Hopfield, "Neurons with graded response have collective computational properties like those of two-state neurons", PNAS 81, 1984',
  ],
};
