// Energies of memories other than the squared ReLU, for `BlockConfig.memory`.

import {
  type Expr,
  type HypersynapseDefinition,
  logsumexp,
  makeIndex,
  mul,
  neg,
  pow,
  lit,
  sum,
} from "@hamlet/graph";
import { type HypersynapseSetting, synMemory } from "@hamlet/ham";

/**
 * Memories with any F: `E = −Σ_t Σₘ F(Σᵢ ξₘᵢ g[t, i])`. Larger F means more separation; a convex F
 * pulls every token towards the memories that it is like.
 *
 * @param F - of the overlap, as an expression: `(h) => apply("softplus", h)`.
 * @see Hoover et al. (2023), arXiv:2302.07253, section 3.
 */
export function memoryOf(F: (overlap: Expr) => Expr): HypersynapseSetting {
  return {
    synapse: overlaps("memory_of", "E = −Σ_t Σₘ F(Σᵢ ξₘᵢ tok[t, i])", (overlap, { t, m }) =>
      neg(sum([t, m], F(overlap))),
    ),
  };
}

/**
 * Memories that compete: `E = −(1/β) Σ_t log Σₘ exp(β Σᵢ ξₘᵢ g[t, i])`.
 *
 * @see Ramsauer et al. (2021), arXiv:2008.02217.
 */
export function softMemory(beta: number): HypersynapseSetting {
  const b = lit(beta);
  return {
    synapse: overlaps(
      "soft_memory",
      "E = −(1/β) Σ_t log Σₘ exp(β Σᵢ ξₘᵢ tok[t, i])",
      (overlap, { t, m }) => neg(mul(pow(b, lit(-1)), sum([t], logsumexp([m], mul(b, overlap))))),
    ),
  };
}

/** A hypersynapse like `memory`, with another energy of the overlaps. */
function overlaps(
  name: string,
  summary: string,
  energy: (overlap: Expr, at: Readonly<Record<"t" | "m", ReturnType<typeof makeIndex>>>) => Expr,
): HypersynapseDefinition {
  return {
    ...synMemory,
    name,
    summary,
    options: [],
    energy: ({ dims, args: { tok }, params: { xi } }) => {
      const t = makeIndex("t", dims["N"]);
      const i = makeIndex("i", dims["A"]);
      const m = makeIndex("m", dims["K"]);
      return energy(sum([i], mul(xi(m, i), tok(t, i))), { t, m });
    },
  };
}
