/** `P[X > z]` of a standard normal X, for any z: a series near 0, a continued fraction far out. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let k = 1; term > 1e-17 * sum; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let tail = z;
  for (let k = 60; k >= 1; k--) tail = z + k / tail;
  return density / tail;
}

/** The z ≥ 0 with `P[X > z] = p`, for `0 < p ≤ ½`. */
export function normalTailQuantile(p: number): number {
  let [low, high] = [0, 40];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** `erf y = 2/√π ∫₀^y exp(−u²) du` */
export function errorFunction(y: number): number {
  return 1 - 2 * normalTail(y * Math.SQRT2);
}
