import { add, apply, div, lit, mul, pow, sub, sum, type LagrangianDefinition } from "@hamlet/graph";
import { BETA } from "./options.ts";
import { supportOf } from "./support.ts";

/**
 * 1.5-entmax Lagrangian: the conjugate of the negative Tsallis entropy with α = 3/2,
 * `L(x) = (1/β) max over p of ⟨p, βx⟩ + (4/3) (1 − Σ p^(3/2))`, p on the simplex. Its activation
 * is `max(βx/2 − τ, 0)²`: between softmax and sparsemax, smooth where a unit goes on.
 *
 * In closed form, with `z = βx/2`, the mean M of the k units that are on and
 * `V = Σ (z − M)²`, `L(x) = (1/β) (2M + (2/3) Σ (z − M)³ + (4/3) (1 − (1 − V)^(3/2) / √k))`, sums
 * over those units, and `τ = M − √((1 − V) / k)`.
 *
 * Shapes: coupled along `over`; the other axes are independent and add. Convex, as a maximum of
 * affine functions; `0 ≤ x̂ ≤ 1`, and `x̂` sums to 1 along `over`. Work grows as the square of
 * the number of units along `over`.
 * @see Peters, Niculae & Martins (2019), arXiv:1905.05702; Santos et al. (2024), arXiv:2402.13725.
 */
export const lagrEntmax15: LagrangianDefinition = {
  name: "entmax15",
  summary:
    "L = max_p ⟨p, βx⟩ / β + (4/3) (1 − Σ p^(3/2)) / β, activation max(βx/2 − τ, 0)², which sums to 1",
  options: [BETA],
  coupled: true,
  kind: "smooth",
  value: (x, { beta }, over) => {
    const { on, count, mean, centred } = supportOf(x, mul(lit(1 / 2), beta), over, 2);
    // Never below 1/k, but for rounding.
    const left = apply("relu", sub(lit(1), sum(over, pow(centred, lit(2)), on)));
    const skew = sum(over, pow(centred, lit(3)), on);
    const entropy = sub(lit(1), mul(pow(left, lit(3 / 2)), pow(count, lit(-1 / 2))));
    return div(add(mul(lit(2), mean), mul(lit(2 / 3), skew), mul(lit(4 / 3), entropy)), beta);
  },
  references: [
    'Peters, Niculae & Martins, "Sparse sequence-to-sequence models", ACL 2019, arXiv:1905.05702',
    'Santos, Niculae, McNamee & Martins, "Sparse and structured Hopfield networks", ICML 2024, arXiv:2402.13725',
  ],
  assumed: ["convex", "bounded"],
};
