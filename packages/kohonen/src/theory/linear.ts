// What a linear memory of Gaussian pairs recalls on average.
//
// The recall of a stored key is `v̂ᵢ = Σⱼ Pⱼᵢ vⱼ` with the projector P onto the span of the keys'
// coordinates. Its entry `h = Pᵢᵢ` has the distribution Beta(d/2, (n − d)/2), and given h the pair
// (v, v̂) is Gaussian with the correlation √h.

import { gammaRatio } from "@hamlet/core/numbers";
import { HamError } from "@hamlet/graph";

/** The sizes of a memory: n pairs of keys with d and values with m numbers. */
export interface Sizes {
  readonly d: number;
  readonly n: number;
  readonly m: number;
}

/**
 * The mean cosine similarity of two vectors of m Gaussian numbers with the correlation √h is
 * `meanCosineFactor(m) · √h · ₂F₁(½, ½; m/2 + 1; h)`, with the factor
 * `(2/m) [Γ((m + 1)/2) / Γ(m/2)]²`.
 */
export function meanCosineFactor(m: number): number {
  return (2 / m) * gammaRatio((m + 1) / 2, m / 2) ** 2;
}

/**
 * The mean cosine similarity between stored values and what the pseudo-inverse recalls, for
 * Gaussian keys and values: 1 for n ≤ d, else
 * `E{√h (2/m) [Γ((m+1)/2) / Γ(m/2)]² ₂F₁(½, ½; m/2 + 1; h)}` over `h ~ Beta(d/2, (n − d)/2)`.
 *
 * Exact for every size; summed term by term of the hypergeometric series.
 * @throws HamError `kohonen/bad-size` unless all three are whole numbers from 1 up.
 * @example
 * linearCosine({ d: 64, n: 128, m: 64 }); // 0.702955
 */
export function linearCosine({ d, n, m }: Sizes): number {
  assertSizes({ d, n, m });
  if (n <= d) return 1;
  let moment = gammaRatio((d + 1) / 2, d / 2) * gammaRatio(n / 2, (n + 1) / 2);
  let coefficient = 1;
  let sum = 0;
  for (let k = 0; k < 1e6; k++) {
    const term = coefficient * moment;
    sum += term;
    // The tail shrinks like a power of k, so it is about k times the last term.
    if (term * (k + 1) < 1e-13 * sum) break;
    coefficient *= (k + 0.5) ** 2 / ((m / 2 + 1 + k) * (k + 1));
    moment *= (d / 2 + 0.5 + k) / (n / 2 + 0.5 + k);
  }
  return meanCosineFactor(m) * sum;
}

/**
 * The mean distance between stored values and what the pseudo-inverse recalls, for Gaussian keys
 * and values: 0 for n ≤ d, else `E√(1 − h)` times the mean length of m Gaussian numbers.
 */
export function linearDistance({ d, n, m }: Sizes): number {
  assertSizes({ d, n, m });
  if (n <= d) return 0;
  const shrink = gammaRatio((n - d + 1) / 2, (n - d) / 2) * gammaRatio(n / 2, (n + 1) / 2);
  return shrink * meanLength(m);
}

/** The mean distance between two unrelated vectors of m Gaussian numbers; their mean cosine is 0. */
export function randomDistance(m: number): number {
  assertSizes({ m });
  return Math.SQRT2 * meanLength(m);
}

/** The mean length of m Gaussian numbers, `√2 Γ((m + 1)/2) / Γ(m/2)`. */
function meanLength(m: number): number {
  return Math.SQRT2 * gammaRatio((m + 1) / 2, m / 2);
}

/** Checks that sizes are whole numbers from 1 up. */
export function assertSizes(sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new HamError(
      "kohonen/bad-size",
      `${name}: expected a whole number from 1 up, found ${String(value)}.`,
      { name, value },
    );
  }
}
