import {
  div,
  type Expr,
  type HypersynapseDefinition,
  lit,
  logsumexp,
  makeIndex,
  mul,
  neg,
  pow,
  sub,
  sum,
} from "@hamlet/graph";
import { BETA, PATTERN_COUNT, PATTERNS } from "./options.ts";

/**
 * Log-sum-exp memory, Euclidean: `E = −(1/β) log Σₘ exp(−(β/2) Σᵢ (aᵢ − ξₘᵢ)²)`.
 *
 * Shapes: `a: [A]`, `xi: [K, A]`, one pattern a row. The energy is bounded by itself, so the
 * neuron is usually declared with `leak = off`. The β of `@hamlet/diffusion` is half of this one.
 * @see Saha et al. (2023), arXiv:2306.03209.
 */
export const synLseEuclid: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "lse_euclid",
  summary: "E = −log Σₘ exp(−½β Σᵢ (aᵢ − ξₘᵢ)²) / β",
  args: [{ name: "a", axes: ["A"] }],
  dims: [PATTERN_COUNT],
  options: [BETA],
  params: [PATTERNS],
  energy: ({ dims, args: { a }, params: { xi }, options }) => {
    const i = makeIndex("i", dims["A"]);
    const m = makeIndex("m", dims["K"]);
    const beta = options["beta"] as Expr;
    const distance = sum([i], pow(sub(a(i), xi(m, i)), lit(2)));
    return neg(div(logsumexp([m], mul(lit(-1 / 2), beta, distance)), beta));
  },
  references: [
    'Saha, Hoover, Krotov et al., "End-to-end differentiable clustering with associative memories", ICML 2023, arXiv:2306.03209',
  ],
};
