// Error bars of an approximate energy and its gradient, and the range in which they can be trusted.

import type { Patterns } from "../exact.ts";
import type { FeatureMap } from "../features/feature-map.ts";
import { rowMoments } from "./variance.ts";

/**
 * Up to this relative noise of the kernel sum the logarithm is straight enough for the law of the
 * error; beyond, the sum may even be negative.
 */
export const LARGEST_NOISE = 0.35;

/** The standard normal quantile of 97.5%. */
const TWO_SIDED_95 = 1.959963984540054;

/** What is known about an approximate energy, inside the range of the law or outside of it. */
export type ErrorBar = TrustedBar | UntrustedBar;

/** An error bar that holds. */
export interface TrustedBar {
  readonly trusted: true;
  /** The energy that the bar is about. */
  readonly energy: number;
  /** The standard deviation of the energy by features, `σ_h / (β h)`. */
  readonly standardDeviation: number;
  /** The mean absolute error, `√(2/π)` of that. */
  readonly meanError: number;
  /** The energies that the kernel sum plus and minus 1.96 standard deviations stand for. */
  readonly interval95: readonly [low: number, high: number];
  /** The standard deviation of every entry of the gradient, `[D]`, where asked for. */
  readonly gradientDeviation: Float64Array | null;
  /** The standard deviation of the kernel sum over itself. */
  readonly relativeNoise: number;
}

/** No error bar: the noise is too large for its law, and the energy says little. */
export interface UntrustedBar {
  readonly trusted: false;
  readonly reason: "too-noisy" | "not-positive";
  /** The standard deviation of the kernel sum over its absolute value. */
  readonly relativeNoise: number;
  /** Rows that would bring the noise into the range, if the estimate of it is right. */
  readonly featuresNeeded: number;
}

/** What an error bar is made for. */
export interface ErrorBarOptions {
  readonly beta: number;
  /** Number of rows. */
  readonly Y: number;
  /** Also the deviations of the gradient; default false. */
  readonly gradient?: boolean;
}

/**
 * The error bar of the energy by `Y` independent Gaussian sine-cosine rows at a state, in closed
 * form from the patterns: what to expect before any feature is drawn.
 *
 * `σ_E = σ_h / (β h)`; for the gradient `−∂h / (β h)`, the deviation of `∂h − (∂h/h) h` over `β h`.
 */
export function expectedError(
  v: ArrayLike<number>,
  patterns: Patterns,
  { beta, Y, gradient = false }: ErrorBarOptions,
): ErrorBar {
  const moments = rowMoments(v, patterns, { beta, wantGradient: gradient });
  return barOf({ ...moments, beta, Y });
}

/**
 * The same from `T` alone: the rows' shares in the kernel sum are a sample, and their spread is
 * the error of their mean. Patterns need not be known. For orthogonal and structured rows, whose
 * errors partly cancel, it is an upper limit.
 *
 * @param sums - `T` over the scale of the features.
 */
export function estimatedError(
  v: ArrayLike<number>,
  sums: Float64Array,
  { map, gradient = false }: { readonly map: FeatureMap; readonly gradient?: boolean },
): ErrorBar {
  const { beta, Y } = map.features.description;
  return barOf({ ...map.spread(v, sums, gradient), beta, Y });
}

interface Noise {
  readonly kernelSum: number;
  readonly variance: number;
  readonly gradientVariance: Float64Array | null;
  readonly beta: number;
  readonly Y: number;
}

function barOf({ kernelSum, variance, gradientVariance, beta, Y }: Noise): ErrorBar {
  const deviation = Math.sqrt(variance / Y);
  const relativeNoise = deviation / Math.abs(kernelSum);
  if (!(kernelSum > 0) || !(relativeNoise < LARGEST_NOISE)) {
    return {
      trusted: false,
      reason: kernelSum > 0 ? "too-noisy" : "not-positive",
      relativeNoise,
      featuresNeeded: Math.ceil(variance / (LARGEST_NOISE * kernelSum) ** 2),
    };
  }
  const scale = beta * kernelSum;
  const energyOf = (h: number) => -Math.log(h) / beta;
  return {
    trusted: true,
    energy: energyOf(kernelSum),
    standardDeviation: deviation / scale,
    meanError: (Math.sqrt(2 / Math.PI) * deviation) / scale,
    interval95: [
      energyOf(kernelSum + TWO_SIDED_95 * deviation),
      energyOf(kernelSum - TWO_SIDED_95 * deviation),
    ],
    gradientDeviation:
      gradientVariance?.map((entry) => Math.sqrt(Math.max(0, entry) / Y) / scale) ?? null,
    relativeNoise,
  };
}
