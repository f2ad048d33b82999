import { HamError } from "@hamlet/graph";

/**
 * How data are noised over time: the variance-exploding process `dx = σ dw`, for `0 ≤ t ≤ 1`.
 *
 * At time t a datum is spread with standard deviation `σ √t` and is otherwise where it was, so
 * that `p_t = p_0 ∗ N(0, σ² t)`.
 *
 * Song et al., Score-based generative modeling through stochastic differential equations, ICLR
 * 2021, arXiv:2011.13456.
 */
export interface Noise {
  /** σ: the diffusion coefficient, in the units of the data per square root of time. */
  readonly sigma: number;
}

/** The process with diffusion coefficient `sigma`. */
export function varianceExploding(sigma = 1): Noise {
  if (sigma > 0 && Number.isFinite(sigma)) return { sigma };
  throw new HamError(
    "diffusion/sigma",
    `The diffusion coefficient must be a number above 0, not ${sigma}; 1 suits data of unit size.`,
    { sigma },
  );
}

/** `σ² t`, the variance of a datum at time t. */
export function noiseVariance({ sigma }: Noise, t: number): number {
  return sigma * sigma * t;
}

/** `σ √t`, the standard deviation of a datum at time t. */
export function noiseDeviation({ sigma }: Noise, t: number): number {
  return sigma * Math.sqrt(t);
}
