// What kernel memories recall from many unit keys and values with many numbers: closed forms.

/** A memory of n keys on the unit sphere of d dimensions. */
export interface UnitKeys {
  readonly d: number;
  readonly n: number;
}

/** `√(d / (d + n − 1))`: the mean cosine of a dot-product memory. */
export function dotCosine({ d, n }: UnitKeys): number {
  return Math.sqrt(d / (d + n - 1));
}

/** `√(2d / (2d + n − 1))`: that of a ReLU memory, which hears half of the crosstalk. */
export function reluCosine({ d, n }: UnitKeys): number {
  return Math.sqrt((2 * d) / (2 * d + n - 1));
}

/**
 * `1 / √(1 + (n − 1) G)` with `G = Γ(d/2) (2/z)^ν I_ν(z) e^{−z}`, `z = 2β`, `ν = d/2 − 1`: that of a
 * softmax memory, whose crosstalk shrinks exponentially in β.
 */
export function softmaxCosine({ d, n, beta }: UnitKeys & { readonly beta: number }): number {
  // G e^z = Σ (z²/4)^k / (k! (d/2)_k); the terms are scaled by e^{−z} as they come.
  const quarter = beta * beta;
  let log = -2 * beta;
  let crosstalk = 0;
  for (let k = 0; k < 20 * beta + 200; k++) {
    crosstalk += Math.exp(log);
    log += Math.log(quarter / ((k + 1) * (d / 2 + k)));
  }
  return 1 / Math.sqrt(1 + (n - 1) * crosstalk);
}
