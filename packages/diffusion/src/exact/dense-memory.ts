import { assertMatrix } from "@hamlet/graph";
import { type Points } from "../data/points.ts";
import { makeAttention } from "./attention.ts";
import { assertBeta } from "./inverse-temperature.ts";

/** Energies `[n]` and their gradients `[n, width]`. */
export interface PointEnergies {
  readonly energy: Float64Array;
  readonly gradient: Float64Array;
}

/**
 * The energy of the dense associative memory of the same patterns,
 * `E(x) = −1/β log Σ_μ exp(−β |x − ξ_μ|²)`, and its gradient `2 (x − m)`.
 *
 * At `β = β_t` (see `inverseTemperatureAt`) it is the energy of the diffusion,
 * `−2σ²t log Σ_μ exp(−|x − ξ_μ|²/(2σ²t))`, and `∇ log p_t = −β_t ∇E`.
 * Elsewhere kernels are `exp(−½β |x − ξ|²)`: see `rbfBeta`.
 * @throws HamError `diffusion/beta`, and as `assertMatrix`.
 * @see Pham et al., arXiv:2505.21777.
 */
export function denseMemoryEnergy(patterns: Points, x: Points, beta: number): PointEnergies {
  assertBeta(beta);
  assertMatrix("patterns", patterns);
  const [, width] = patterns.shape;
  assertMatrix("x", x, { width });
  const attention = makeAttention(patterns);
  const energy = new Float64Array(x.shape[0]);
  const gradient = new Float64Array(x.data.length);
  for (let i = 0; i < energy.length; i++) {
    const { logSum, mean } = attention(x.data, i, beta);
    energy[i] = -logSum / beta;
    for (let d = 0, at = i * width; d < width; d++, at++) gradient[at] = 2 * (x.data[at] - mean[d]);
  }
  return { energy, gradient };
}
