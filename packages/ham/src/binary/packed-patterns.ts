// Patterns of −a and +a, a bit an entry: stored once for all examples.

/** The two values of a unit. */
export interface TwoValues {
  readonly low: number;
  readonly high: number;
}

/** Patterns `[count, units]`, where every entry is `size` or `−size`. */
export interface PackedPatterns {
  readonly count: number;
  readonly units: number;
  /** The size a of every entry. */
  readonly size: number;
  /** For every unit its entries, 32 patterns in a word, a bit where the entry is positive. */
  readonly columns: Int32Array;
  /** How many words a unit has. */
  readonly height: number;
  /** For every pattern its entries, 32 units in a word. */
  readonly rows: Int32Array;
  /** How many words a pattern has. */
  readonly width: number;
  /** For every pattern the number of its positive entries. */
  readonly positive: Int32Array;
}

/**
 * Packs patterns that come unit by unit: `read(i)` gives the entries of unit i, one a pattern, in
 * an array that is read before the next call. Null when their sizes differ, or one is 0.
 */
export function packPatterns(
  count: number,
  units: number,
  read: (unit: number) => Float64Array,
): PackedPatterns | null {
  const [height, width] = [Math.ceil(count / 32), Math.ceil(units / 32)];
  const columns = new Int32Array(units * height);
  const rows = new Int32Array(count * width);
  const positive = new Int32Array(count);
  const size = Math.abs(read(0)[0]);
  if (!(size > 0) || !Number.isFinite(size)) return null;
  for (let unit = 0; unit < units; unit++) {
    const entries = read(unit);
    for (let k = 0; k < count; k++) {
      const entry = entries[k];
      if (entry !== size && entry !== -size) return null;
      if (entry < 0) continue;
      columns[unit * height + (k >> 5)] |= 1 << (k & 31);
      rows[k * width + (unit >> 5)] |= 1 << (unit & 31);
      positive[k]++;
    }
  }
  return { count, units, size, columns, height, rows, width, positive };
}

/** Whether the entry of a pattern for a unit is positive. */
export function isPositive({ columns, height }: PackedPatterns, unit: number, k: number): boolean {
  return ((columns[unit * height + (k >> 5)] >> (k & 31)) & 1) === 1;
}

/** The overlaps `Σ_i ξ_ki v_i` of a state with all patterns. */
export function overlapsOf(
  patterns: PackedPatterns,
  values: ArrayLike<number>,
  { low, high }: TwoValues,
): Float64Array {
  const { count, units, size, rows, width, positive } = patterns;
  const bits = new Int32Array(width);
  let highs = 0;
  for (let i = 0; i < units; i++) {
    if (values[i] !== high) continue;
    bits[i >> 5] |= 1 << (i & 31);
    highs++;
  }
  return Float64Array.from({ length: count }, (_, k) => {
    let common = 0;
    for (let w = 0, at = k * width; w < width; w++, at++) common += ones(rows[at] & bits[w]);
    // All units low, then those that are high one step further.
    return size * (low * (2 * positive[k] - units) + (high - low) * (2 * common - highs));
  });
}

/** Moves overlaps one step by the flip of a unit: up where its entry is positive, if it goes up. */
export function addFlip(
  { columns, height, count }: PackedPatterns,
  unit: number,
  isUp: boolean,
  at: Int32Array,
): void {
  const flipped = isUp ? 0 : -1;
  for (let w = 0, k = 0; w < height; w++) {
    let word = columns[unit * height + w] ^ flipped;
    const end = Math.min(k + 32, count);
    for (; k < end; k++, word >>>= 1) at[k] = (at[k] + ((word & 1) << 1) - 1) | 0;
  }
}

/** The number of ones in 32 bits (Warren, Hacker's Delight, 5-1). */
export function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Four patterns are looked up at once: the 16 sums of four numbers. */
export const CHOICES = 16;

/**
 * For every four patterns, the 16 sums of four numbers with every choice between two: a bit that is
 * set takes the number of `ups`, one that is not takes that of `downs`.
 */
export function fillChoices(ups: Float64Array, downs: Float64Array, into: Float64Array): void {
  for (let k = 0, t = 0; k < ups.length; k += 4, t += CHOICES) {
    const neither = downs[k] + downs[k + 1];
    const first = ups[k] + downs[k + 1];
    const second = downs[k] + ups[k + 1];
    const both = ups[k] + ups[k + 1];
    const c0 = downs[k + 2];
    const c1 = ups[k + 2];
    const d0 = downs[k + 3];
    const d1 = ups[k + 3];
    fillFour(into, t, c0 + d0, neither, first, second, both);
    fillFour(into, t + 4, c1 + d0, neither, first, second, both);
    fillFour(into, t + 8, c0 + d1, neither, first, second, both);
    fillFour(into, t + 12, c1 + d1, neither, first, second, both);
  }
}

function fillFour(
  into: Float64Array,
  at: number,
  rest: number,
  a: number,
  b: number,
  c: number,
  d: number,
): void {
  into[at] = a + rest;
  into[at + 1] = b + rest;
  into[at + 2] = c + rest;
  into[at + 3] = d + rest;
}

/**
 * The sum over all patterns of what a unit's bits choose, from the sums of {@link fillChoices}; of
 * the other choice everywhere where `flipped` is −1 in place of 0.
 */
export function chosenSum(
  { columns, height }: PackedPatterns,
  unit: number,
  sums: Float64Array,
  flipped: 0 | -1,
): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let at = unit * height, t = 0; t < sums.length; at++, t += 8 * CHOICES) {
    const word = columns[at] ^ flipped;
    a += sums[t + (word & 15)];
    b += sums[t + 16 + ((word >>> 4) & 15)];
    c += sums[t + 32 + ((word >>> 8) & 15)];
    d += sums[t + 48 + ((word >>> 12) & 15)];
    a += sums[t + 64 + ((word >>> 16) & 15)];
    b += sums[t + 80 + ((word >>> 20) & 15)];
    c += sums[t + 96 + ((word >>> 24) & 15)];
    d += sums[t + 112 + (word >>> 28)];
  }
  return a + b + (c + d);
}
