// The exact memory: log-sum-exp of Euclidean distances, in float64, with every pattern at hand.

/** Patterns one after the other, `K · D` numbers. */
export type Patterns = ArrayLike<number>;

/** What is known about a state. */
export interface ExactDescent {
  readonly energy: number;
  /** `∂E/∂v`, `[D]`. */
  readonly gradient: Float64Array;
}

/**
 * The RBF kernel `exp(−½β |x − y|²)` of two states.
 */
export function rbfKernelOf(x: ArrayLike<number>, y: ArrayLike<number>, beta: number): number {
  return Math.exp((-beta / 2) * squaredDistance(x, y, 0));
}

/**
 * The energy `E = −(1/β) log Σₘ exp(−½β |v − ξₘ|²)` of a state and its gradient
 * `Σₘ pₘ (v − ξₘ)`, with `p` the softmax of the exponents.
 *
 * Shapes: `v` is `[D]`, `patterns` `[K, D]`.
 */
export function lseDescent(v: ArrayLike<number>, patterns: Patterns, beta: number): ExactDescent {
  const D = v.length;
  const K = patterns.length / D;
  const exponents = Float64Array.from(
    { length: K },
    (_, m) => (-beta / 2) * squaredDistance(v, patterns, m * D),
  );
  const top = exponents.reduce((a, b) => Math.max(a, b), -Infinity);
  let total = 0;
  const mean = new Float64Array(D);
  for (let m = 0; m < K; m++) {
    const weight = Math.exp(exponents[m] - top);
    total += weight;
    for (let d = 0; d < D; d++) mean[d] += weight * patterns[m * D + d];
  }
  return {
    energy: -(top + Math.log(total)) / beta,
    gradient: mean.map((sum, d) => v[d] - sum / total),
  };
}

/** `|x − y|²`, where `y` starts at `at`. */
export function squaredDistance(x: ArrayLike<number>, y: ArrayLike<number>, at: number): number {
  let sum = 0;
  for (let d = 0; d < x.length; d++) sum += (x[d] - y[at + d]) ** 2;
  return sum;
}
