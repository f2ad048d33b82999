import { addScaled, dot } from "@hamlet/core/numbers";
import { makeTurn } from "@hamlet/core";
import {
  clearDiagonal,
  outerProducts,
  rowsOf,
  type StorageOptions,
  type StoredPatterns,
} from "./patterns.ts";

/** A pattern of which less than this part is new depends on those before it. */
const DEPENDENT = 1e-9;

/**
 * The pseudo-inverse or projection rule: `W = ξᵀ (ξ ξᵀ)⁻¹ ξ`, the projection onto the span of the
 * patterns, so that `W ξ_m = ξ_m` for every pattern, however alike they are.
 *
 * It is computed as `Σ_k q_k q_kᵀ` over an orthonormal basis `q` of the span (Gram and Schmidt,
 * twice for accuracy), which also holds where patterns depend on each other. With D independent
 * patterns W is the identity, and every state is stored.
 *
 * Returns `[D, D]`, row-major and symmetric. Its diagonal is kept unless `selfCoupling` is false,
 * for without it `W ξ = ξ` holds only up to `W_ii`.
 * @throws HamError `ham/bad-patterns`.
 * @see Personnaz, Guyon & Dreyfus, Information storage and retrieval in spin-glass like neural
 * networks, J. Physique Lett. 46, 1985; Kanter & Sompolinsky, Phys. Rev. A 35, 1987.
 */
export async function pseudoInverse(
  patterns: StoredPatterns,
  { selfCoupling = true, signal }: StorageOptions = {},
): Promise<Float64Array> {
  const turn = makeTurn(signal);
  const [, D] = patterns.shape;
  const basis: Float64Array[] = [];
  for (const xi of rowsOf(patterns)) {
    await turn();
    const rest = new Float64Array(xi);
    for (const q of [...basis, ...basis]) addScaled(rest, q, -dot(rest, q));
    const length = Math.sqrt(dot(rest, rest));
    if (length < DEPENDENT * Math.sqrt(D)) continue;
    basis.push(rest.map((x) => x / length));
  }
  const weights = await outerProducts(basis, D, turn);
  if (!selfCoupling) clearDiagonal(weights, D);
  return weights;
}
