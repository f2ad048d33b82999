// The colours of energies, in pictures and in figures.

/** Lowest to highest, dark to light: readable also without colours. */
const COLOURS = [
  [59, 28, 82],
  [88, 62, 138],
  [124, 107, 183],
  [170, 165, 214],
  [218, 218, 236],
  [247, 247, 244],
] as const;

/** The lowest and the highest of those that are numbers. */
export function rangeOf(values: Iterable<number | null>): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** The colour of a part of the way from the lowest to the highest. */
export function colourOf(part: number): [number, number, number] {
  const place = Math.min(0.999999, Math.max(0, part)) * (COLOURS.length - 1);
  const [from, to] = [COLOURS[Math.floor(place)], COLOURS[Math.floor(place) + 1]];
  const mix = (k: 0 | 1 | 2) => from[k] + (place % 1) * (to[k] - from[k]);
  return [mix(0), mix(1), mix(2)];
}
