import { type HypersynapseDefinition, makeIndex, mean, mul, neg, sum } from "@hamlet/graph";
import { HOOVER_2022 } from "./options.ts";

/**
 * Mean pooling: `E = −Σ_c b_c · (1/N) Σₙ a[n, c]`. The coarse layer follows the mean of the fine
 * one, and every fine unit is pulled towards its coarse one.
 *
 * Shapes: `a: [N, C]`, `b: [C]`. No weights.
 * @see Hoover et al. (2022), the HAMUX catalogue.
 */
export const synMeanPool: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "mean_pool",
  summary: "E = −Σ_c b_c mean_n a[n, c]",
  args: [
    { name: "a", axes: ["N", "C"] },
    { name: "b", axes: ["C"] },
  ],
  dims: [],
  options: [],
  params: [],
  energy: ({ dims, args: { a, b } }) => {
    const n = makeIndex("n", dims["N"]);
    const c = makeIndex("c", dims["C"]);
    return neg(sum([c], mul(b(c), mean([n], a(n, c)))));
  },
  references: [HOOVER_2022],
};
