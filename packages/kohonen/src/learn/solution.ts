// What a solve did, for those who want to know how far to trust it.

/** How weights were found. */
export interface Solution {
  /**
   * `cholesky`: of the smaller Gram matrix. `refined`: the same, corrected by the residual.
   * `svd`: QR, then singular values, where the keys are singular or nearly so.
   * `eigen`: of the summed products, where no keys are kept.
   */
  readonly method: "cholesky" | "refined" | "svd" | "eigen";
  /** Directions of the keys that are told apart; `min(n, d)` where nothing is singular. */
  readonly rank: number;
  /** `σmax / σmin` of the keys (with a ridge: of the penalised problem); over `10¹⁵` where singular. */
  readonly condition: number;
  /** What a reader should know: null, or one sentence or two. */
  readonly warning: string | null;
}

/** A warning about keys that are nearly singular. */
export function singularWarning({
  condition,
  rank,
  full,
  done,
}: {
  condition: number;
  rank: number;
  full: number;
  done: string;
}): string {
  const what =
    rank < full
      ? `The keys span ${rank} of ${full} directions (condition number ${condition.toExponential(1)})`
      : `The keys are nearly singular (condition number ${condition.toExponential(1)})`;
  return `${what}. ${done} A ridge makes the recall steadier.`;
}
