import { makeTurn } from "@hamlet/core";
import { clearDiagonal, rowsOf, type StorageOptions, type StoredPatterns } from "./patterns.ts";

/**
 * Storkey's rule, one pattern ξ after the other:
 *
 *     W_ij ← W_ij + (ξ_i ξ_j − ξ_i h_ji − h_ij ξ_j) / D,    h_ij = Σ_{k ≠ i, j} W_ik ξ_k
 *
 * Like Hebb's rule it is local and incremental, yet it holds about D / √(2 ln D) patterns.
 * It depends on the order of the patterns.
 *
 * Returns `[D, D]`, row-major and symmetric.
 * @throws HamError `ham/bad-patterns`.
 * @see Storkey, Increasing the capacity of a Hopfield network without sacrificing functionality,
 * ICANN 1997.
 */
export async function storkey(
  patterns: StoredPatterns,
  { selfCoupling = false, signal }: StorageOptions = {},
): Promise<Float64Array> {
  const turn = makeTurn(signal);
  const [, D] = patterns.shape;
  const weights = new Float64Array(D * D);
  const field = new Float64Array(D);
  for (const xi of rowsOf(patterns)) {
    await turn();
    for (let i = 0; i < D; i++) field[i] = fieldOf(weights, xi, i);
    // h_ij = field_i − W_ij ξ_j, and W_ij = W_ji: both halves change alike, so one is computed.
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < i; j++) {
        const w = weights[i * D + j];
        const toward = xi[i] * (field[j] - w * xi[i]) + (field[i] - w * xi[j]) * xi[j];
        weights[i * D + j] = w + (xi[i] * xi[j] - toward) / D;
        weights[j * D + i] = weights[i * D + j];
      }
      weights[i * D + i] += (1 - 2 * xi[i] * field[i]) / D;
    }
  }
  if (!selfCoupling) clearDiagonal(weights, D);
  return weights;
}

/** `Σ_{k ≠ i} W_ik ξ_k` */
function fieldOf(weights: Float64Array, xi: Float64Array, i: number): number {
  const at = i * xi.length;
  let total = -weights[at + i] * xi[i];
  for (let k = 0; k < xi.length; k++) total += weights[at + k] * xi[k];
  return total;
}
