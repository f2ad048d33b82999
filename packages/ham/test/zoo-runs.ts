// One run of a cell from a random state among random patterns: its energy never rises.

import { foldIn, type Key, normal, uniform } from "@hamlet/core";
import { type Cell, energyOf, SEPARATIONS, SIMILARITIES, updateOf } from "@hamlet/ham/zoo";

/** Updates of a run, and where a state that runs away is left. */
const [UPDATES, FARTHEST] = [30, 1e4];
/** Energies are float64 sums of a few numbers. */
const ROUNDING = 1e-12;

/** A random state, or pattern, as a similarity takes them. */
function point(similarity: Cell["similarity"], key: Key, size: number): Float64Array {
  const numbers = Float64Array.from(normal(key, [size]));
  if (similarity === "kl") {
    const all = numbers.map(Math.exp);
    const sum = all.reduce((a, b) => a + b, 0);
    return all.map((x) => x / sum);
  }
  if (similarity !== "cosine") return numbers;
  const length = Math.hypot(...numbers);
  return numbers.map((x) => x / length);
}

/** Random patterns and a random state, and what a cell does with them. */
export function drawnRun(cell: Cell, key: Key) {
  const [a, b, c] = uniform(foldIn(key, 0), [3]);
  const [size, count, beta] = [1 + Math.floor(6 * a), 1 + Math.floor(8 * b), Math.exp(4 * c - 2)];
  const patterns = Array.from({ length: count }, (_, m) =>
    point(cell.similarity, foldIn(foldIn(key, 1), m), size),
  );
  const { score } = SIMILARITIES[cell.similarity];
  return {
    beta,
    patterns,
    state: point(cell.similarity, foldIn(key, 2), size),
    update: updateOf(cell, patterns, beta),
    energy: energyOf(cell, patterns, beta),
    weights: (state: Float64Array): Float64Array =>
      SEPARATIONS[cell.separation].weights(
        Float64Array.from(patterns, (pattern) => beta * score(pattern, state)),
      ),
  };
}

/** Throws where the energy rises by more than rounding; returns by how much it fell. */
export function fallsInRun(cell: Cell, key: Key): number {
  const { beta, patterns, update, energy, state: start } = drawnRun(cell, key);
  let state = start;
  const first = energy(state);
  let now = first;
  for (let n = 0; n < UPDATES; n++) {
    const next = update(state);
    const there = energy(next);
    if (!next.every((x) => Math.abs(x) < FARTHEST) || !Number.isFinite(there)) break;
    const scale =
      1 + Math.max(Math.abs(now), Math.abs(there)) + next.reduce((s, x) => s + x * x, 0);
    if (there > now + ROUNDING * scale) {
      throw new Error(
        `The energy of ${cell.similarity}, ${cell.separation} rose from ${now} to ${there} (β = ${beta}, patterns ${JSON.stringify(patterns.map((row) => [...row]))}, state ${JSON.stringify([...state])}).`,
      );
    }
    [state, now] = [next, there];
  }
  return first - now;
}
