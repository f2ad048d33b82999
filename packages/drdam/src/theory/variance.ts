// How far sine-cosine features are from the kernel, in closed form, for independent Gaussian rows.
//
// A kernel sum by features is a mean over rows of z = Σₘ cos⟨ω, aₘ⟩ with aₘ = √β (v − ξₘ), so its
// variance is that of z over Y. Products of cosines are cosines of sums and differences, and
// E cos⟨ω, c⟩ = exp(−½|c|²) gives every moment that is needed. Orthogonal and structured rows are
// at least as good, so what is said here is an upper limit for them.

import type { Patterns } from "../exact.ts";

/** `Var k̂ = (1 − k²)² / (2Y)` of one kernel value `k`. */
export function kernelVariance(kernel: number, Y: number): number {
  return (1 - kernel * kernel) ** 2 / (2 * Y);
}

/** The moments of one row's share `z` in the kernel sum of a state. */
export interface RowMoments {
  /** `E z`: the exact kernel sum. */
  readonly kernelSum: number;
  /** `Var z`; that of the kernel sum of `Y` rows is `Var z / Y`. */
  readonly variance: number;
  /** The exact derivative of the kernel sum, `[D]`. */
  readonly gradient: Float64Array;
  /** `Var(∂z − (∂h/h) z)` for every entry of the state, `[D]`; null unless wanted. */
  readonly gradientVariance: Float64Array | null;
}

/**
 * The moments of a row's share in the kernel sum at `v`.
 *
 * `Var z = Σ_{μν} ½[k(δ_μ − δ_ν) + k(δ_μ + δ_ν)] − k(δ_μ) k(δ_ν)` with `δ_μ = v − ξ_μ` and
 * `k(δ) = exp(−½β|δ|²)`. Takes `K² D` operations.
 */
export function rowMoments(
  v: ArrayLike<number>,
  patterns: Patterns,
  { beta, wantGradient = false }: { readonly beta: number; readonly wantGradient?: boolean },
): RowMoments {
  const D = v.length;
  const offsets = scaledOffsets(v, patterns, beta);
  const K = offsets.length / D;
  const { kernelSum, slope } = firstMoments(offsets, D);
  const ratio = slope.map((entry) => entry / kernelSum);
  const gradientVariance = new Float64Array(D);
  let square = 0;
  for (let m = 0; m < K; m++) {
    for (let n = 0; n <= m; n++) {
      const twice = n === m ? 1 : 2;
      const [minus, plus] = pairKernels(offsets, D, m, n);
      square += (twice / 2) * (minus + plus);
      if (!wantGradient) continue;
      for (let d = 0; d < D; d++) {
        const a = offsets[m * D + d];
        const b = offsets[n * D + d];
        const [difference, sum] = [a - b, a + b];
        // E (∂z)² and E z ∂z, in units of √β; the term (a − b) k(a − b) cancels over the pairs.
        const own = (1 - difference * difference) * minus - (1 - sum * sum) * plus;
        const mixed = -sum * plus;
        const r = ratio[d];
        gradientVariance[d] += (twice / 2) * (own - 2 * r * mixed + r * r * (minus + plus));
      }
    }
  }
  return {
    kernelSum,
    variance: Math.max(0, square - kernelSum * kernelSum),
    gradient: slope.map((entry) => Math.sqrt(beta) * entry),
    gradientVariance: wantGradient ? gradientVariance.map((entry) => beta * entry) : null,
  };
}

/** `√β (v − ξₘ)`, one after the other. */
function scaledOffsets(v: ArrayLike<number>, patterns: Patterns, beta: number): Float64Array {
  const root = Math.sqrt(beta);
  return Float64Array.from(patterns, (entry, i) => root * (v[i % v.length] - entry));
}

/** `Σ k(aₘ)` and its derivative by `a`, `−Σ aₘ k(aₘ)`. */
function firstMoments(
  offsets: Float64Array,
  D: number,
): { kernelSum: number; slope: Float64Array } {
  const slope = new Float64Array(D);
  let kernelSum = 0;
  for (let at = 0; at < offsets.length; at += D) {
    let square = 0;
    for (let d = 0; d < D; d++) square += offsets[at + d] ** 2;
    const kernel = Math.exp(-square / 2);
    kernelSum += kernel;
    for (let d = 0; d < D; d++) slope[d] -= offsets[at + d] * kernel;
  }
  return { kernelSum, slope };
}

/** `exp(−½|a − b|²)` and `exp(−½|a + b|²)` of two offsets. */
function pairKernels(offsets: Float64Array, D: number, m: number, n: number): [number, number] {
  let minus = 0;
  let plus = 0;
  for (let d = 0; d < D; d++) {
    const a = offsets[m * D + d];
    const b = offsets[n * D + d];
    minus += (a - b) ** 2;
    plus += (a + b) ** 2;
  }
  return [Math.exp(-minus / 2), Math.exp(-plus / 2)];
}
