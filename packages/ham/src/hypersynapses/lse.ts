import {
  div,
  type Expr,
  type HypersynapseDefinition,
  logsumexp,
  makeIndex,
  mul,
  neg,
  sum,
} from "@hamlet/graph";
import { BETA, PATTERN_COUNT, PATTERNS, RAMSAUER_2021 } from "./options.ts";

/**
 * Log-sum-exp memory, dot product: `E = −(1/β) log Σₘ exp(β Σᵢ ξₘᵢ aᵢ)`.
 *
 * Shapes: `a: [A]`, `xi: [K, A]`, one pattern a row. Pairs with an `identity` neuron, whose own
 * energy brings the `+½ |a|²`.
 * @see Ramsauer et al. (2021), arXiv:2008.02217.
 */
export const synLse: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "lse",
  summary: "E = −log Σₘ exp(β Σᵢ ξₘᵢ aᵢ) / β",
  args: [{ name: "a", axes: ["A"] }],
  dims: [PATTERN_COUNT],
  options: [BETA],
  params: [PATTERNS],
  energy: ({ dims, args: { a }, params: { xi }, options }) => {
    const i = makeIndex("i", dims["A"]);
    const m = makeIndex("m", dims["K"]);
    const beta = options["beta"] as Expr;
    return neg(div(logsumexp([m], mul(beta, sum([i], mul(xi(m, i), a(i))))), beta));
  },
  references: [RAMSAUER_2021],
};
