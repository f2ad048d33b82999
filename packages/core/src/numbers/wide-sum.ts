// Exact sums like those of `exact-sum.ts`, of terms of many sizes: products of numbers that nobody has
// scaled.
//
// Every term is split in four, multiples of 2⁴, 2⁻²⁶, 2⁻⁵⁶ and 2⁻⁸⁶, of which the last is rounded.
// What is left for a part is at most half a grain of the part before, 2²⁹ of its own grains, so that
// 2²⁴ terms stay below 2⁵³ of them; the first holds totals below 2⁵⁷.

/** What the parts are multiples of, the largest first. */
const GRAINS = [4, -26, -56, -86].map((power) => 2 ** power);
/** Adding and subtracting `1.5 · 2⁵²` grains rounds to a multiple of the grain. */
const ROUNDERS = GRAINS.map((grain) => 1.5 * 2 ** 52 * grain);

/** Terms, and totals of their sizes, are below this. */
export const LARGEST_WIDE = 2 ** 54;

/** Many exact sums of terms of many sizes, side by side: at most 2²⁴ terms each. */
export class WideSums {
  readonly length: number;
  /** Largest grain first; null for a part that nothing has reached. */
  readonly parts: (Float64Array | null)[];

  constructor(length: number, parts: readonly (Float64Array | null)[] = GRAINS.map(() => null)) {
    this.length = length;
    this.parts = GRAINS.map((_, p) => parts[p] ?? null);
  }

  /** Adds `sign · terms[0 … count)` to the sums from `at` on; the terms are spent. */
  add(at: number, terms: Float64Array, count: number, sign: 1 | -1): void {
    for (let p = 0; p < GRAINS.length; p++) {
      const rounder = ROUNDERS[p];
      let reached = false;
      let left = false;
      for (let i = 0; i < count; i++) {
        const part = terms[i] + rounder - rounder;
        reached ||= part !== 0;
        left ||= part !== terms[i];
      }
      if (reached) {
        const sums = (this.parts[p] ??= new Float64Array(this.length));
        for (let i = 0; i < count; i++) {
          const part = terms[i] + rounder - rounder;
          sums[at + i] += sign * part;
          terms[i] -= part;
        }
      }
      if (!left) return;
    }
  }

  /** Adds all sums of another. */
  merge({ parts }: WideSums): void {
    for (const [p, more] of parts.entries()) {
      if (more === null) continue;
      const sums = (this.parts[p] ??= new Float64Array(this.length));
      for (let i = 0; i < sums.length; i++) sums[i] += more[i];
    }
  }

  /** The totals, rounded where the parts are joined. */
  totals(): Float64Array {
    const totals = new Float64Array(this.length);
    for (const part of this.parts.toReversed()) {
      if (part !== null) for (let i = 0; i < totals.length; i++) totals[i] += part[i];
    }
    return totals;
  }
}
