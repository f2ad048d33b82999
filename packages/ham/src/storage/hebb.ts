import { makeTurn } from "@hamlet/core";
import {
  clearDiagonal,
  outerProducts,
  rowsOf,
  type StorageOptions,
  type StoredPatterns,
} from "./patterns.ts";

/**
 * Hebb's rule: `W_ij = (1/D) Σ_m ξ_mi ξ_mj`.
 *
 * Units that agree in most patterns pull each other. Holds about 0.138 D random patterns with few
 * wrong units, and far fewer that are alike.
 *
 * Returns `[D, D]`, row-major and symmetric, for the energy `−½ Σ_ij W_ij v_i v_j`.
 * @throws HamError `ham/bad-patterns`.
 * @see Hopfield, Neural networks and physical systems with emergent collective computational
 * abilities, PNAS 79, 1982.
 */
export async function hebb(
  patterns: StoredPatterns,
  { selfCoupling = false, signal }: StorageOptions = {},
): Promise<Float64Array> {
  const [, D] = patterns.shape;
  const weights = await outerProducts(rowsOf(patterns), D, makeTurn(signal));
  for (let k = 0; k < weights.length; k++) weights[k] /= D;
  if (!selfCoupling) clearDiagonal(weights, D);
  return weights;
}
