import {
  apply,
  div,
  type Expr,
  type HypersynapseDefinition,
  makeIndex,
  mul,
  neg,
  pow,
  sum,
} from "@hamlet/graph";
import { HOOVER_2023, PATTERN_COUNT, weights } from "./options.ts";
import { power } from "./power.ts";

/**
 * Memory of tokens: `E = −(1/n) Σ_t Σₘ max(Σᵢ ξₘᵢ tok[t, i], 0)ⁿ`. Every token meets the same
 * stored patterns.
 *
 * Shapes: `tok: [N, A]`, `xi: [K, A]`, one pattern a row.
 * @see Hoover et al. (2023), arXiv:2302.07253.
 */
export const synMemory: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "memory",
  summary: "E = −(1/n) Σ_t Σₘ relu(Σᵢ ξₘᵢ tok[t, i])ⁿ",
  args: [{ name: "tok", axes: ["N", "A"] }],
  dims: [PATTERN_COUNT],
  options: [power(2)],
  params: [weights("xi", "K", "A")],
  energy: ({ dims, args: { tok }, params: { xi }, options }) => {
    const t = makeIndex("t", dims["N"]);
    const i = makeIndex("i", dims["A"]);
    const m = makeIndex("m", dims["K"]);
    const n = options["n"] as Expr;
    const overlap = sum([i], mul(xi(m, i), tok(t, i)));
    return neg(div(sum([t, m], pow(apply("relu", overlap), n)), n));
  },
  references: [HOOVER_2023],
};
