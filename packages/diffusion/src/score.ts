/**
 * A score `s(x, t) ≈ ∇ log p_t(x)`: exact, of stored patterns, or learned by a network.
 *
 * Samplers and likelihoods work on this alone, in float64 on the host. Arrays are row-major: `n`
 * points of `width` coordinates, each with a time of its own. What comes back is the caller's.
 */
export interface Score {
  /** Coordinates of a point. */
  readonly width: number;
  /** `x`: `[n, width]`, `t`: `[n]`; the scores: `[n, width]`. */
  score(x: Float64Array, t: Float64Array): Promise<Float64Array>;
  /** The scores, and their divergences `∇·s`: `[n]`. */
  scoreAndDivergence(x: Float64Array, t: Float64Array): Promise<ScoreAndDivergence>;
}

/** Scores `[n, width]` and their divergences `[n]`. */
export interface ScoreAndDivergence {
  readonly score: Float64Array;
  readonly divergence: Float64Array;
}
