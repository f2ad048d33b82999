import { bits, foldIn, type Key, makeTurn, permutation, type Signal, split } from "@hamlet/core";
import { HamError } from "@hamlet/graph";

/** How much is unlearned. */
export interface UnlearnOptions {
  /** States that are reached from random starts and weakened, one after the other. */
  readonly count: number;
  /** How much of each is taken away; default 0.01. Too much in all erases the patterns as well. */
  readonly rate?: number;
  readonly key: Key;
  /** Stops between two states, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/**
 * Unlearning: from a random start the network falls into a fixed point s, which is then weakened,
 *
 *     W_ij ← W_ij − (ε/D) s_i s_j    for i ≠ j
 *
 * Mixtures of patterns are found as often as the patterns themselves but are shallower, so that
 * they vanish first.
 *
 * `weights` is `[D, D]`, symmetric and borrowed; returns new ones. A start settles by permutation
 * sweeps until a whole sweep flips nothing.
 * @throws HamError `ham/bad-weights` when `weights` is not the square of a size.
 * @see Hopfield, Feinstein & Palmer, 'Unlearning' has a stabilizing effect in collective memories,
 * Nature 304, 1983.
 */
export async function unlearn(
  weights: ArrayLike<number>,
  { count, rate = 0.01, key, signal }: UnlearnOptions,
): Promise<Float64Array> {
  const D = Math.sqrt(weights.length);
  if (!Number.isInteger(D) || D === 0) {
    throw new HamError(
      "ham/bad-weights",
      `Expected weights of shape [D, D], found ${weights.length} entries, which is no square.`,
    );
  }
  const result = new Float64Array(weights);
  const turn = makeTurn(signal);
  for (let n = 0; n < count; n++) {
    await turn();
    const s = dream(result, D, foldIn(key, n));
    for (let i = 0; i < D; i++) {
      const step = (rate / D) * s[i];
      for (let j = 0; j < D; j++) if (j !== i) result[i * D + j] -= step * s[j];
    }
  }
  return result;
}

/** A fixed point that a random start falls into. */
function dream(weights: Float64Array, D: number, key: Key): Float64Array {
  const [startKey, orderKey] = split(key);
  const s = Float64Array.from(bits(startKey, D), (word) => (word & 1) * 2 - 1);
  const field = new Float64Array(D);
  for (let i = 0; i < D; i++) {
    const row = weights.subarray(i * D, (i + 1) * D);
    for (let j = 0; j < D; j++) if (j !== i) field[i] += row[j] * s[j];
  }
  for (let sweep = 0, moved = true; moved; sweep++) {
    moved = false;
    for (const i of permutation(foldIn(orderKey, sweep), D)) {
      if (field[i] * s[i] >= -ROUNDING) continue;
      moved = true;
      s[i] = -s[i];
      for (let j = 0; j < D; j++) if (j !== i) field[j] += 2 * weights[j * D + i] * s[i];
    }
  }
  return s;
}

/** A field that is weaker than this is rounding: the unit stays, so that a descent ends. */
const ROUNDING = 1e-12;
