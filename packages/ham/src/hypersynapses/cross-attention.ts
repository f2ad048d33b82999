import {
  apply,
  div,
  type Expr,
  type HypersynapseDefinition,
  logsumexp,
  lit,
  makeIndex,
  mul,
  neg,
  pow,
  size,
  sum,
} from "@hamlet/graph";
import { BETA, HOOVER_2023, RAMSAUER_2021, weights } from "./options.ts";

/**
 * Cross-attention: `E = −(1/β) Σₕ Σ_c log Σ_b exp(β Σ_y k[h, b, y] q[h, c, y])` with
 * `q = Wq ask` and `k = Wk mem`: every token of `ask` is pulled towards the tokens of `mem` that it
 * attends to.
 *
 * The signal to `ask` is attention with the values `Wqᵀ k`; as there is one energy, `mem` is sent a
 * signal as well, towards what is asked of it. Clamp it where only `ask` is to move. Each token of
 * `ask` is a dense associative memory whose patterns are the tokens of `mem`.
 *
 * Shapes: `ask: [M, E]`, `mem: [N, D]`, `Wq: [heads, E, width]`, `Wk: [heads, D, width]`. `beta` is
 * 1/√width unless given.
 * @see Ramsauer et al. (2021), arXiv:2008.02217; Hoover et al. (2023), arXiv:2302.07253, for keys
 * that move as well.
 */
export const synCrossAttention: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "cross_attention",
  summary: "E = −Σ log Σ_b exp(β k_b · q_c) / β, over heads and tokens c, keys b of another layer",
  args: [
    { name: "ask", axes: ["M", "E"] },
    { name: "mem", axes: ["N", "D"] },
  ],
  dims: [
    { name: "heads", meaning: "number of heads", default: 1 },
    { name: "width", meaning: "width of queries and keys", default: null },
  ],
  options: [{ ...BETA, default: ({ dims }) => pow(apply("sqrt", size(dims["width"])), lit(-1)) }],
  params: [weights("Wq", "heads", "E", "width"), weights("Wk", "heads", "D", "width")],
  energy: ({ dims, args: { ask, mem }, params: { Wq, Wk }, options }) => {
    const h = makeIndex("h", dims["heads"]);
    const b = makeIndex("b", dims["N"]);
    const c = makeIndex("c", dims["M"]);
    const d = makeIndex("d", dims["D"]);
    const e = makeIndex("e", dims["E"]);
    const y = makeIndex("y", dims["width"]);
    const beta = options["beta"] as Expr;
    const key = sum([d], mul(Wk(h, d, y), mem(b, d)));
    const query = sum([e], mul(Wq(h, e, y), ask(c, e)));
    const attended = logsumexp([b], mul(beta, sum([y], mul(key, query))));
    return neg(div(sum([h, c], attended), beta));
  },
  references: [RAMSAUER_2021, HOOVER_2023],
};
