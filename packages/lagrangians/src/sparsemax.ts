import { add, div, lit, mul, pow, sub, sum, type LagrangianDefinition } from "@hamlet/graph";
import { BETA } from "./options.ts";
import { supportOf } from "./support.ts";

/**
 * Sparsemax Lagrangian: the conjugate of the negative Tsallis entropy with α = 2,
 * `L(x) = (1/β) max over p of ⟨p, z⟩ + ½ (1 − Σ p²)` with `z = βx` and p on the simplex. Its
 * activation is the point of the simplex that is nearest to `βx`, `max(βx − τ, 0)`: most units
 * are exactly 0.
 *
 * In closed form, with the mean M of the k units that are on,
 * `L(x) = (1/β) (M + ½ Σ (z − M)² + ½ (1 − 1/k))`, sums over those units, and `τ = M − 1/k`.
 *
 * Shapes: coupled along `over`; the other axes are independent and add. Convex, as a maximum of
 * affine functions; `0 ≤ x̂ ≤ 1`, and `x̂` sums to 1 along `over`. Work grows as the square of
 * the number of units along `over`.
 * @see Martins & Astudillo (2016), arXiv:1602.02068; Hu et al. (2023), arXiv:2309.12673.
 */
export const lagrSparsemax: LagrangianDefinition = {
  name: "sparsemax",
  summary: "L = max_p ⟨p, βx⟩ / β + ½ (1 − Σ p²) / β, activation max(βx − τ, 0), which sums to 1",
  options: [BETA],
  coupled: true,
  kind: "smooth",
  value: (x, { beta }, over) => {
    const { on, count, mean, centred } = supportOf(x, beta, over, 1);
    const scatter = sum(over, pow(centred, lit(2)), on);
    const rest = sub(lit(1), pow(count, lit(-1)));
    return div(add(mean, mul(lit(1 / 2), scatter), mul(lit(1 / 2), rest)), beta);
  },
  references: [
    'Martins & Astudillo, "From softmax to sparsemax: a sparse model of attention and multi-label classification", ICML 2016, arXiv:1602.02068',
    'Hu et al., "On sparse modern Hopfield model", NeurIPS 2023, arXiv:2309.12673',
    'Santos, Niculae, McNamee & Martins, "Sparse and structured Hopfield networks", ICML 2024, arXiv:2402.13725',
  ],
  assumed: ["convex", "bounded"],
};
