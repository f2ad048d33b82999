// One example of a dense memory of two-valued patterns while its units flip.
//
// With E = rest + slope · Σ_k F(x_k) and patterns of signs, the flip of a unit moves every overlap
// one step along its lattice, up or down as the unit's entry ξ_ki says. What each step would change,
//
//     u_k = F(x_k⁺) − F(x_k)   and   d_k = F(x_k⁻) − F(x_k),
//
// changes only when a flip is made. A proposal sums u or d over the patterns, four at a time: no F
// is evaluated, and no overlap is touched. Where F is so steep that few patterns count, only those
// are summed; and a unit that was asked for since the last flip is not summed again.

import type { Lattice } from "./lattice.ts";
import { type BinaryState, FLIP_ROUNDING, type Unit } from "./binary-state.ts";
import {
  CHOICES,
  chosenSum,
  fillChoices,
  isPositive,
  overlapsOf,
  type PackedPatterns,
  type TwoValues,
} from "./packed-patterns.ts";

/** What all examples of a recall share. */
export interface FastSetup {
  readonly patterns: PackedPatterns;
  readonly lattice: Lattice;
  /** The values of the layer's units. */
  readonly unit: TwoValues;
  /** Whether the sum is a log-sum-exp of the table. */
  readonly logarithmic: boolean;
  /** E = rest + slope · sum. */
  readonly slope: number;
  readonly rest: number;
}

/**
 * The level of a log-sum-exp may be this far from the largest term, and a step as far from that:
 * exp(±600) is neither 0 nor infinite.
 */
export const SLACK = 300;

/** What is smaller than the largest by more than this is lost in rounding, even a thousandfold. */
const NEGLIGIBLE = 2 ** -64;

export class FastState implements BinaryState {
  readonly values: readonly [Float64Array];
  readonly #setup: FastSetup;
  /** Where each overlap stands on the lattice. */
  readonly #at: Int32Array;
  /** F on the lattice; exp(F − level) for a log-sum-exp. */
  #table: Float64Array;
  #level = 0;
  readonly #ups: Float64Array;
  readonly #downs: Float64Array;
  /** The patterns that count, where they are few; null where all are summed. */
  #few: Int32Array | null = null;
  readonly #buffer: Int32Array;
  readonly #sums: Float64Array;
  #summed = false;
  /** For every unit after how many flips it was asked for, and what the answer was. */
  readonly #askedAt: Int32Array;
  readonly #answers: Float64Array;
  #flips = 0;
  #total = 0;
  /** The largest absolute energy that was asked for: the scale of rounding. */
  #scale = 0;

  constructor(setup: FastSetup, values: Float64Array) {
    const { patterns, lattice, unit, logarithmic } = setup;
    const { count, height } = patterns;
    this.#setup = setup;
    this.values = [new Float64Array(values)];
    this.#at = Int32Array.from(overlapsOf(patterns, values, unit), (x) =>
      Math.round((x - lattice.origin) / lattice.step),
    );
    this.#table = logarithmic ? new Float64Array(lattice.values.length) : lattice.values;
    if (logarithmic) this.#setLevel(this.#largest());
    this.#ups = new Float64Array(32 * height);
    this.#downs = new Float64Array(32 * height);
    this.#sums = new Float64Array(8 * CHOICES * height);
    this.#buffer = new Int32Array(count);
    this.#askedAt = new Int32Array(patterns.units).fill(-1);
    this.#answers = new Float64Array(patterns.units);
    this.#refresh();
    this.energy();
  }

  energy(): number {
    const { logarithmic, slope, rest } = this.#setup;
    const sum = logarithmic ? this.#level + Math.log(this.#total) : this.#total;
    const energy = rest + slope * sum;
    this.#scale = Math.max(this.#scale, Math.abs(energy));
    return energy;
  }

  setTime(): void {
    // Energies under a schedule are not of this form.
  }

  changeOf({ offset }: Unit): number {
    if (this.#askedAt[offset] !== this.#flips) {
      this.#askedAt[offset] = this.#flips;
      this.#answers[offset] = this.#change(offset);
    }
    return this.#answers[offset];
  }

  lowers(unit: Unit): boolean {
    return this.changeOf(unit) < -FLIP_ROUNDING * this.#scale;
  }

  accept({ offset }: Unit): void {
    const { patterns, unit, logarithmic } = this.#setup;
    const up = this.#isHigh(offset) ? -1 : 1;
    const at = this.#at;
    for (let k = 0; k < at.length; k++) at[k] += isPositive(patterns, offset, k) ? up : -up;
    this.values[0][offset] = up > 0 ? unit.high : unit.low;
    this.#flips++;
    if (logarithmic) {
      const largest = this.#largest();
      if (Math.abs(largest - this.#level) > SLACK) this.#setLevel(largest);
    }
    this.#refresh();
  }

  #change(offset: number): number {
    const { slope, logarithmic } = this.#setup;
    const moved = this.#sumOf(offset);
    if (!logarithmic) return slope * moved;
    const part = moved / this.#total;
    // Where almost nothing would be left, the difference has no digits: the sum is made anew.
    if (part > -0.999) return slope * Math.log1p(part);
    return slope * Math.log(this.#totalAfter(offset) / this.#total);
  }

  /** How the flip of a unit changes the sum. */
  #sumOf(offset: number): number {
    const { patterns } = this.#setup;
    const few = this.#few;
    const ups = this.#ups;
    const downs = this.#downs;
    const high = this.#isHigh(offset);
    if (few === null) {
      if (!this.#summed) fillChoices(ups, downs, this.#sums);
      this.#summed = true;
      return chosenSum(patterns, offset, this.#sums, high ? -1 : 0);
    }
    let sum = 0;
    for (let n = 0; n < few.length; n++) {
      const k = few[n];
      sum += isPositive(patterns, offset, k) === high ? downs[k] : ups[k];
    }
    return sum;
  }

  #isHigh(offset: number): boolean {
    return this.values[0][offset] === this.#setup.unit.high;
  }

  /** The sum, and all that a flip could change it by, from where the overlaps stand now. */
  #refresh(): void {
    const at = this.#at;
    const table = this.#table;
    const ups = this.#ups;
    const downs = this.#downs;
    let total = 0;
    let largest = 0;
    for (let k = 0; k < at.length; k++) {
      const j = at[k];
      const here = table[j];
      total += here;
      const up = table[j + 1] - here;
      const down = table[j - 1] - here;
      ups[k] = up;
      downs[k] = down;
      const step = Math.max(Math.abs(up), Math.abs(down));
      if (step > largest) largest = step;
    }
    this.#total = total;
    this.#summed = false;
    this.#few = this.#those(largest * NEGLIGIBLE);
  }

  /** The patterns that change the sum by more than `least`; null unless they are few. */
  #those(least: number): Int32Array | null {
    const [ups, downs, buffer] = [this.#ups, this.#downs, this.#buffer];
    const most = buffer.length >> 2;
    let count = 0;
    for (let k = 0; k < buffer.length; k++) {
      if (Math.abs(ups[k]) <= least && Math.abs(downs[k]) <= least) continue;
      if (count === most) return null;
      buffer[count++] = k;
    }
    return buffer.subarray(0, count);
  }

  #largest(): number {
    const { values } = this.#setup.lattice;
    let largest = -Infinity;
    for (const j of this.#at) largest = Math.max(largest, values[j]);
    return largest;
  }

  #setLevel(level: number): void {
    this.#level = level;
    const { values } = this.#setup.lattice;
    for (let j = 0; j < values.length; j++) {
      // Entries that no overlap can reach without a new level need not be right, only finite.
      this.#table[j] = Math.exp(Math.min(values[j] - level, 2 * SLACK));
    }
  }

  #totalAfter(offset: number): number {
    const up = this.#isHigh(offset) ? -1 : 1;
    const { patterns } = this.#setup;
    return this.#at.reduce(
      (total, j, k) => total + this.#table[isPositive(patterns, offset, k) ? j + up : j - up],
      0,
    );
  }
}
