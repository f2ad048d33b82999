// The classical network with K random patterns of N units and Hebb's couplings.

import { errorFunction } from "@hamlet/core/numbers";

/**
 * The probability that one unit of a stored pattern is unstable under Hebb's rule, exactly:
 * `P[2B − M < −(N − 1)]` with `B ~ Binomial(M, ½)` and `M = (K − 1)(N − 1)`.
 *
 * The unit feels its own pattern with strength N − 1 and M independent signs from all others.
 */
export function hebbInstability(N: number, K: number): number {
  const M = (K - 1) * (N - 1);
  // 2B − M < −(N − 1)  ⇔  B < (M − N + 1) / 2
  const most = Math.ceil((M - N + 1) / 2) - 1;
  if (most < 0) return 0;
  let term = logChoose(M, most) - M * Math.LN2;
  let total = 0;
  // From the largest term down: each is the one before times b / (M − b + 1).
  for (let b = most; b >= 0; b--) {
    const share = Math.exp(term);
    total += share;
    if (share < 1e-18 * total) break;
    term += Math.log(b / (M - b + 1));
  }
  return total;
}

/**
 * The ratio `α = K/N` up to which a large network has a state that its updates end in and that
 * overlaps a stored pattern by at least `overlap`: .1379 for overlaps up to .967, less above.
 *
 * At zero temperature the states of overlap `m = erf y` belong to
 * `√(2α) = erf(y)/y − 2/√π exp(−y²)`, which is largest near y = 1.51.
 * @see Amit, Gutfreund and Sompolinsky, Storing infinite numbers of patterns in a spin-glass model
 * of neural networks, Phys. Rev. Lett. 55, 1985.
 */
export function classicalRatio(overlap = 0): number {
  let best = 0;
  // From y = 0.5 on, so finely that the largest is good to 1e-7.
  for (let y = 0.5; y < 6; y += 1e-3) {
    const m = errorFunction(y);
    if (m < overlap) continue;
    best = Math.max(best, (m / y - (2 / Math.sqrt(Math.PI)) * Math.exp(-y * y)) ** 2 / 2);
  }
  return best;
}

/** `ln (n choose k)` by Stirling's series of the factorials. */
function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

function logFactorial(n: number): number {
  if (n < 20) {
    let sum = 0;
    for (let k = 2; k <= n; k++) sum += Math.log(k);
    return sum;
  }
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + series;
}
