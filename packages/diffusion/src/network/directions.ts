// Directions along which a score is differentiated for its divergence.

import { bernoulli, type Key, key as keyOf, split } from "@hamlet/core";
import { HamError } from "@hamlet/graph";

/** Up to so many coordinates the trace of the Jacobian is exact. */
const FEW = 3;

/** How the divergence of wide points is estimated. */
export interface DirectionOptions {
  /** Directions above three coordinates; default 8. The error falls with the root of their number. */
  readonly probes?: number;
  /** The directions follow from it; default `key(0)`. */
  readonly key?: Key;
}

/** Vectors `[D]` and what each of them counts: `∇·s ≈ share Σ_p v_pᵀ J v_p`. */
export interface Directions {
  readonly vectors: readonly Float32Array[];
  readonly share: number;
}

/**
 * The axes, with which the sum is the trace itself; or random signs, with which it is so on average.
 * @throws HamError `diffusion/probes`.
 */
export function directionsOf(
  width: number,
  { probes = 8, key = keyOf(0) }: DirectionOptions,
): Directions {
  if (!Number.isSafeInteger(probes) || probes < 1) {
    throw new HamError(
      "diffusion/probes",
      `The number of probes must be a whole number from 1 up, not ${probes}.`,
      { probes },
    );
  }
  if (width <= FEW) {
    const axes = Array.from({ length: width }, (_, d) => new Float32Array(width).fill(1, d, d + 1));
    return { vectors: axes, share: 1 };
  }
  const signs = split(key, probes).map((each) =>
    new Float32Array(bernoulli(each, 0.5, width)).map((bit) => 2 * bit - 1),
  );
  return { vectors: signs, share: 1 / probes };
}
