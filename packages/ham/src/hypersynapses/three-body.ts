import { type Expr, type HypersynapseDefinition, lit, makeIndex, mul, sum } from "@hamlet/graph";
import { KOZACHKOV_2023 } from "./options.ts";

/**
 * Three bodies: `E = −(g/2) Σ sᵢⱼ preᵢ postⱼ`. Two neurons, and the plastic synapse between them
 * as a layer of its own.
 *
 * Shapes: `pre: [A]`, `post: [B]`, `syn: [A, B]`. A neuron may appear twice.
 * @see Kozachkov, Slotine & Krotov (2023), arXiv:2311.08135.
 */
export const synThreeBody: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "three_body",
  summary: "E = −½ g Σ sᵢⱼ preᵢ postⱼ",
  args: [
    { name: "pre", axes: ["A"] },
    { name: "post", axes: ["B"] },
    { name: "syn", axes: ["A", "B"] },
  ],
  dims: [],
  options: [
    {
      name: "gain",
      meaning: "strength of the coupling",
      default: 1,
      bound: { op: ">", value: 0 },
    },
  ],
  params: [],
  energy: ({ dims, args: { pre, post, syn }, options }) => {
    const i = makeIndex("i", dims["A"]);
    const j = makeIndex("j", dims["B"]);
    const gain = options["gain"] as Expr;
    return mul(lit(-1 / 2), gain, sum([i, j], mul(syn(i, j), pre(i), post(j))));
  },
  references: [KOZACHKOV_2023],
};
