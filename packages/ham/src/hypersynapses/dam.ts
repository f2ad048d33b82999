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
import { KROTOV_2016, PATTERN_COUNT, PATTERNS } from "./options.ts";
import { power } from "./power.ts";

/**
 * Dense associative memory: `E = −(1/n) Σₘ max(Σᵢ ξₘᵢ aᵢ, 0)ⁿ`.
 *
 * With `rectified = off` negative overlaps count too; for `n = 2` that is the Hopfield energy of
 * the patterns.
 *
 * Shapes: `a: [A]`, `xi: [K, A]`, one pattern a row.
 * @see Krotov & Hopfield (2016), arXiv:1606.01164.
 */
export const synDam: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "dam",
  summary: "E = −(1/n) Σₘ relu(Σᵢ ξₘᵢ aᵢ)ⁿ",
  args: [{ name: "a", axes: ["A"] }],
  dims: [PATTERN_COUNT],
  options: [
    power(3),
    {
      name: "rectified",
      meaning: "whether negative overlaps are cut off",
      default: "on",
      bound: null,
      words: ["on", "off"],
    },
  ],
  params: [PATTERNS],
  energy: ({ dims, args: { a }, params: { xi }, options }) => {
    const i = makeIndex("i", dims["A"]);
    const m = makeIndex("m", dims["K"]);
    const n = options["n"] as Expr;
    const overlap = sum([i], mul(xi(m, i), a(i)));
    const counted = options["rectified"] === "on" ? apply("relu", overlap) : overlap;
    return neg(div(sum([m], pow(counted, n)), n));
  },
  references: [KROTOV_2016],
};
