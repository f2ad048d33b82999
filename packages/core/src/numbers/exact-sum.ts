// Sums that do not depend on the order of what is added.
//
// Every term is split in two, a multiple of 2⁻²⁶ and the rest rounded to a multiple of 2⁻⁵⁶, and each
// part has a float64 total of its own. Totals of such multiples are exact while they stay below 2²⁷
// and 2⁻³, so adding, taking away and merging commute and associate to the last bit. What is lost is
// the rounding of each term to 2⁻⁵⁶, less than the rounding of a cosine.

/** Adding and subtracting these rounds a float64 below 2²⁵ to a multiple of 2⁻²⁶, or one below 2⁻⁵ to one of 2⁻⁵⁶. */
const COARSE = 1.5 * 2 ** 26;
const FINE = 1.5 * 2 ** -4;
/** Up to this total, and this many terms, every sum is exact. */
export const LARGEST_TOTAL = 2 ** 26;
/** See {@link LARGEST_TOTAL}: so many terms at most. */
export const MOST_TERMS = 2 ** 24;

/** Many exact sums side by side: `high[i] + low[i]`. */
export class ExactSums {
  readonly high: Float64Array;
  readonly low: Float64Array;

  constructor(high: Float64Array, low: Float64Array) {
    this.high = high;
    this.low = low;
  }

  static zeros(length: number): ExactSums {
    return new ExactSums(new Float64Array(length), new Float64Array(length));
  }

  /** Adds so many terms, times the sign, to the sums from `at` on; the terms, those `from` on, are below 2²⁵. */
  add(at: number, terms: Float64Array, count: number, sign: 1 | -1, from = 0): void {
    const { high, low } = this;
    for (let i = 0; i < count; i++) {
      const term = sign * terms[from + i];
      const coarse = term + COARSE - COARSE;
      high[at + i] += coarse;
      low[at + i] += term - coarse + FINE - FINE;
    }
  }

  /** Adds all sums of another. */
  merge({ high, low }: ExactSums): void {
    for (let i = 0; i < high.length; i++) {
      this.high[i] += high[i];
      this.low[i] += low[i];
    }
  }

  /** The totals, rounded once. */
  totals(): Float64Array {
    return this.high.map((value, i) => value + this.low[i]);
  }
}
