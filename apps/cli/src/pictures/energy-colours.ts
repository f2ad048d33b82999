// What maps and surfaces of energies share: their colours, and the levels of contours.

import * as Plot from "@observablehq/plot";

/** The colours of energies: dark where they are low. */
export const ENERGY_SCHEME = { type: "linear", scheme: "YlGnBu", reverse: true } as const;

/** A colour for every energy between the lowest and the highest. */
export function energyColours(energies: ArrayLike<number>): (energy: number) => string {
  const scale = Plot.scale({ color: { ...ENERGY_SCHEME, domain: rangeOf(energies) } });
  return (energy) => String(scale.apply(energy));
}

/** The lowest and the highest energy, of those that are finite. */
export function rangeOf(energies: ArrayLike<number>): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < energies.length; i++) {
    if (!Number.isFinite(energies[i])) continue;
    low = Math.min(low, energies[i]);
    high = Math.max(high, energies[i]);
  }
  return [low, high];
}

/**
 * The lowest energy, then levels at equal shares of the area: a deep pit or a steep wall does not
 * take all of them.
 */
export function levelsOf(energies: Float64Array, count: number): number[] {
  const sorted = energies.filter(Number.isFinite).sort();
  const levels = Array.from(
    { length: count },
    (_, i) => sorted[Math.floor(((i + 0.5) / count) * sorted.length)],
  );
  return [...new Set([sorted[0], ...levels])];
}
