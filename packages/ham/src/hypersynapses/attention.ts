import {
  apply,
  div,
  type Expr,
  type HypersynapseDefinition,
  lit,
  logsumexp,
  makeIndex,
  mul,
  neg,
  position,
  pow,
  size,
  sum,
} from "@hamlet/graph";
import { BETA, HOOVER_2023, weights } from "./options.ts";

/**
 * Attention: `E = −(1/β) Σₕ Σ_c log Σ_b exp(β Σ_y k[h, b, y] q[h, c, y])` with
 * `q = Wq tok`, `k = Wk tok`: every token is pulled towards what it attends to.
 *
 * A token does not attend to itself unless `self = on`.
 *
 * Shapes: `tok: [N, D]`, `Wq` and `Wk: [heads, D, width]`. `beta` is 1/√width unless given.
 * @see Hoover et al. (2023), arXiv:2302.07253.
 */
export const synAttention: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "attention",
  summary: "E = −Σ log Σ_b exp(β k_b · q_c) / β, over heads and tokens c",
  args: [{ name: "tok", axes: ["N", "D"] }],
  dims: [
    { name: "heads", meaning: "number of heads", default: 1 },
    { name: "width", meaning: "width of queries and keys", default: null },
  ],
  options: [
    { ...BETA, default: ({ dims }) => pow(apply("sqrt", size(dims["width"])), lit(-1)) },
    {
      name: "self",
      meaning: "whether a token attends to itself",
      default: "off",
      bound: null,
      words: ["on", "off"],
    },
  ],
  params: [weights("Wq", "heads", "D", "width"), weights("Wk", "heads", "D", "width")],
  energy: ({ dims, args: { tok }, params: { Wq, Wk }, options }) => {
    const h = makeIndex("h", dims["heads"]);
    const b = makeIndex("b", dims["N"]);
    const c = makeIndex("c", dims["N"]);
    const d = makeIndex("d", dims["D"]);
    const e = makeIndex("e", dims["D"]);
    const y = makeIndex("y", dims["width"]);
    const beta = options["beta"] as Expr;
    const key = sum([d], mul(Wk(h, d, y), tok(b, d)));
    const query = sum([e], mul(Wq(h, e, y), tok(c, e)));
    const others = options["self"] === "on" ? null : apply("ne", position(b), position(c));
    const attended = logsumexp([b], mul(beta, sum([y], mul(key, query))), others);
    return neg(div(sum([h, c], attended), beta));
  },
  references: [HOOVER_2023],
};
