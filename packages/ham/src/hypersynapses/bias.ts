import { type HypersynapseDefinition, lit, makeIndex, mul, neg, sum } from "@hamlet/graph";
import { HOOVER_2022 } from "./options.ts";

/**
 * Bias: `E = −Σ bᵢ aᵢ`. It pushes every unit towards the sign of its own `b`.
 *
 * Shapes: `a: [A]`, `b: [A]`; `b` starts at 0.
 * @see Hoover et al. (2022), the HAMUX catalogue.
 */
export const synBias: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "bias",
  summary: "E = −Σ bᵢ aᵢ",
  args: [{ name: "a", axes: ["A"] }],
  dims: [],
  options: [],
  params: [{ name: "b", axes: ["A"], source: { from: "value", value: lit(0) }, bound: null }],
  energy: ({ dims, args: { a }, params: { b } }) => {
    const i = makeIndex("i", dims["A"]);
    return neg(sum([i], mul(b(i), a(i))));
  },
  references: [HOOVER_2022],
};
