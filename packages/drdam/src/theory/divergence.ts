// How far a descent by features ends from the exact one, and how far at most.

/** `|a − b|` of two states. */
export function divergence(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let square = 0;
  for (let d = 0; d < a.length; d++) square += (a[d] - b[d]) ** 2;
  return Math.sqrt(square);
}

/** What the bound depends on. */
export interface DivergenceBoundOptions {
  readonly beta: number;
  readonly D: number;
  readonly Y: number;
  /** The exact energy of the query. */
  readonly energy: number;
  /** `C₁` of `|κ − ⟨Φ, Φ⟩| ≤ C₁ √(D/Y)`. */
  readonly kernelConstant: number;
  /** `C₂ < 1` of the step size, see {@link largestStep}. */
  readonly stepConstant: number;
}

/**
 * The largest step size `α = C₂ / (T (1 + 2 K β exp(β/2)))` for which the bound holds over `T` steps
 * with `K` memories.
 */
export function largestStep(options: {
  readonly beta: number;
  readonly K: number;
  readonly depth: number;
  readonly stepConstant: number;
}): number {
  const { beta, K, depth, stepConstant } = options;
  return stepConstant / (depth * (1 + 2 * K * beta * Math.exp(beta / 2)));
}

/**
 * The bound `C₁ C₂ √(D/Y) exp(β (E − ½)) / (β (1 − C₂))` on the divergence of two descents with
 * steps no larger than {@link largestStep}.
 *
 * The notebook prints it without `√(D/Y)` and without the `β` of the exponent; both follow from its
 * assumptions. It holds for memories and states within the unit ball's diameter of each other.
 * @see Hoover et al. (2024), arXiv:2410.24153.
 */
export function divergenceBound(options: DivergenceBoundOptions): number {
  const { beta, D, Y, energy, kernelConstant, stepConstant } = options;
  const growth = Math.exp(beta * (energy - 0.5)) / (beta * (1 - stepConstant));
  return kernelConstant * stepConstant * Math.sqrt(D / Y) * growth;
}
