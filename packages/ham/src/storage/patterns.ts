import { inTurns, type Signal, type Turn } from "@hamlet/core";
import { gramProduct } from "@hamlet/core/numbers";
import { assertMatrix, HamError, type Matrix } from "@hamlet/graph";

/** Patterns of −1 and +1, one a row: `[K, D]`. Borrowed. */
export type StoredPatterns = Matrix<ArrayLike<number>>;

/** What all storage rules can be asked. */
export interface StorageOptions {
  /**
   * Keep the couplings of units with themselves; default as the rule says. They add the same to
   * the energy of every state, so a recall unit by unit does not feel them.
   */
  readonly selfCoupling?: boolean;
  /** Stops between two patterns, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/**
 * Patterns in float64, one array each.
 *
 * @throws HamError as `assertMatrix`, and `ham/bad-patterns` where an entry is not −1 or +1.
 */
export function rowsOf(patterns: StoredPatterns): Float64Array[] {
  assertMatrix("patterns", patterns);
  const { shape, data } = patterns;
  const [K, D] = shape;
  const all = new Float64Array(data);
  const wrong = all.findIndex((entry) => entry !== -1 && entry !== 1);
  if (wrong >= 0) {
    throw new HamError(
      "ham/bad-patterns",
      `Expected patterns of -1 and +1, found ${all[wrong]} at unit ${wrong % D} of pattern ${Math.floor(wrong / D)}. Turn bits into 2 * bit - 1 first.`,
    );
  }
  return Array.from({ length: K }, (_, m) => all.subarray(m * D, (m + 1) * D));
}

/** Sets the couplings of units with themselves to 0. */
export function clearDiagonal(weights: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) weights[i * size + i] = 0;
}

/** `Σ_m x_m x_mᵀ` of vectors of D numbers: `[D, D]`, symmetric to the last bit. */
export function outerProducts(
  vectors: readonly Float64Array[],
  D: number,
  turn: Turn,
): Promise<Float64Array> {
  const data = new Float64Array(vectors.length * D);
  vectors.forEach((vector, m) => data.set(vector, m * D));
  const columns = { data, row: 1, depth: D };
  return inTurns(gramProduct(columns, { size: D, depth: vectors.length }), turn);
}
