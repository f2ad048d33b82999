// What a person would write first, and what they would write second.

/** An energy −Σ F(overlap) of patterns `[K, D]` of signs. */
export interface Plain {
  readonly patterns: readonly Float64Array[];
  readonly F: (overlap: number) => number;
  /** Puts the sum of F back into an energy; the identity, or a logarithm. */
  readonly outer: (sum: number) => number;
}

/** The energy of a state, from nothing. */
function energyOf({ patterns, F, outer }: Plain, state: Float64Array): number {
  let sum = 0;
  for (const pattern of patterns) {
    let overlap = 0;
    for (let i = 0; i < state.length; i++) overlap += pattern[i] * state[i];
    sum += F(overlap);
  }
  return -outer(sum);
}

/** Proposals that compute both energies anew. */
export function naive(model: Plain, state: Float64Array, visits: ArrayLike<number>): number {
  let flips = 0;
  for (let step = 0; step < visits.length; step++) {
    const before = energyOf(model, state);
    state[visits[step]] *= -1;
    if (energyOf(model, state) < before) flips++;
    else state[visits[step]] *= -1;
  }
  return flips;
}

/** Proposals that keep the overlaps up to date and evaluate F for each pattern. */
export function incremental(
  { patterns, F, outer }: Plain,
  state: Float64Array,
  visits: ArrayLike<number>,
): number {
  const units = state.length;
  const count = patterns.length;
  const columns = new Float64Array(units * count);
  const overlaps = new Float64Array(count);
  patterns.forEach((pattern, k) => {
    for (let i = 0; i < units; i++) {
      columns[i * count + k] = pattern[i];
      overlaps[k] += pattern[i] * state[i];
    }
  });
  let flips = 0;
  let sum = overlaps.reduce((total, overlap) => total + F(overlap), 0);
  for (let step = 0; step < visits.length; step++) {
    const i = visits[step];
    const jump = -2 * state[i];
    let after = 0;
    for (let k = 0, at = i * count; k < count; k++, at++) {
      after += F(overlaps[k] + jump * columns[at]);
    }
    if (-outer(after) >= -outer(sum)) continue;
    for (let k = 0, at = i * count; k < count; k++, at++) overlaps[k] += jump * columns[at];
    state[i] = -state[i];
    sum = after;
    flips++;
  }
  return flips;
}
