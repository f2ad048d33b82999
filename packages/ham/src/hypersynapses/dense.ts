import { type HypersynapseDefinition, makeIndex, mul, neg, sum } from "@hamlet/graph";
import { KROTOV_2021, weights } from "./options.ts";

/**
 * Dense: `E = −Σ Wᵢⱼ aᵢ bⱼ`. The same weights carry the signal both ways.
 *
 * Shapes: `a: [A]`, `b: [B]`, `W: [A, B]`; `W` starts as N(0, 0.02²).
 * @see Krotov & Hopfield (2021), arXiv:2008.06996.
 */
export const synDense: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "dense",
  summary: "E = −Σ Wᵢⱼ aᵢ bⱼ",
  args: [
    { name: "a", axes: ["A"] },
    { name: "b", axes: ["B"] },
  ],
  dims: [],
  options: [],
  params: [weights("W", "A", "B")],
  energy: ({ dims, args: { a, b }, params: { W } }) => {
    const i = makeIndex("i", dims["A"]);
    const j = makeIndex("j", dims["B"]);
    return neg(sum([i, j], mul(W(i, j), a(i), b(j))));
  },
  references: [KROTOV_2021],
};
