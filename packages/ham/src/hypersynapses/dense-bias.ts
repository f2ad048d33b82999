import { add, type HypersynapseDefinition, lit, makeIndex, mul, neg, sum } from "@hamlet/graph";
import { HOOVER_2022, weights } from "./options.ts";

/**
 * Dense with bias: `E = −Σ Wᵢⱼ aᵢ bⱼ − Σ cⱼ bⱼ`. The signal to `b` is `Wᵀa + c`, as in a linear
 * layer; the signal to `a` is `W b`, without a bias.
 *
 * Shapes: `a: [A]`, `b: [B]`, `W: [A, B]`, `c: [B]`; `W` starts as N(0, 0.02²), `c` at 0.
 * @see Hoover et al. (2022), the HAMUX catalogue.
 */
export const synDenseBias: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "dense_bias",
  summary: "E = −Σ Wᵢⱼ aᵢ bⱼ − Σ cⱼ bⱼ",
  args: [
    { name: "a", axes: ["A"] },
    { name: "b", axes: ["B"] },
  ],
  dims: [],
  options: [],
  params: [
    weights("W", "A", "B"),
    { name: "c", axes: ["B"], source: { from: "value", value: lit(0) }, bound: null },
  ],
  energy: ({ dims, args: { a, b }, params: { W, c } }) => {
    const i = makeIndex("i", dims["A"]);
    const j = makeIndex("j", dims["B"]);
    return neg(add(sum([i, j], mul(W(i, j), a(i), b(j))), sum([j], mul(c(j), b(j)))));
  },
  references: [HOOVER_2022],
};
