// One example of a dense memory of two-valued patterns while its units flip.
//
// With E = rest + slope · Σ_k F(x_k) and patterns of signs, the flip of a unit moves every overlap
// one step along its lattice, up or down as the unit's entry ξ_ki says. What each step would change,
//
//     u_k = F(x_k⁺) − F(x_k)   and   d_k = F(x_k⁻) − F(x_k),
//
// changes only when a flip is made. A proposal sums u or d over the patterns, four at a time: no F
// is evaluated, and no overlap is touched. And a unit that was asked for since the last flip is not
// summed again.
//
// Where F is so steep that few patterns count, only those are summed. A flip moves an overlap by one
// step, so a survey of all patterns says which of them can count within some flips. And whether a flip
// lowers the energy is mostly certain from the head of them, which outweighs all others together.

import type { Lattice } from "./lattice.ts";
import { type BinaryState, FLIP_ROUNDING, type Unit } from "./binary-state.ts";
import {
  addFlip,
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

/** What is smaller than the largest by more than this is lost in rounding, even for all patterns and flips. */
const NEGLIGIBLE = 2 ** -70;

/** Flips between two surveys of all patterns. */
const REACH = 8;

/** The head of the patterns are those that count for more than this part of the largest. */
const HEAD = 2 ** -12;
/** A longer one takes about as long as all. */
const MOST_IN_HEAD = 64;
/** What rounding may do to sums, as a part of what is summed. */
const ROUNDING = 2 ** -40;

export class FastState implements BinaryState {
  readonly values: readonly [Float64Array];
  readonly #setup: FastSetup;
  /** Where each overlap stands on the lattice. */
  readonly #at: Int32Array;
  /** F on the lattice; exp(F − level) for a log-sum-exp. */
  #table: Float64Array;
  #level = 0;
  /** How much a step changes the table at least, and at most, wherever some flips may lead. */
  #least: Float64Array;
  #most: Float64Array;
  readonly #ups: Float64Array;
  readonly #downs: Float64Array;
  /** The patterns that count, those of the head first, and how many that are. */
  readonly #listed: Int32Array;
  #count = 0;
  #head = 0;
  /** After how many flips they were found. */
  #surveyed = 0;
  /** What all that are not of the head could change the sum by together. */
  #tail = 0;
  /** The sum of what is not listed, and the largest F of that. */
  #others = 0;
  #largestOther = -Infinity;
  readonly #buffer: Int32Array;
  readonly #sums: Float64Array;
  /** How many sums of all patterns were asked for since the last flip. */
  #asked = 0;
  /** For every unit after how many flips it was asked for, and what the answer was. */
  readonly #askedAt: Int32Array;
  readonly #answers: Float64Array;
  /** For every unit after how many flips it was refused without that. */
  readonly #refusedAt: Int32Array;
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
    this.#ups = new Float64Array(32 * height);
    this.#downs = new Float64Array(32 * height);
    this.#sums = new Float64Array(8 * CHOICES * height);
    this.#listed = Int32Array.from({ length: count }, (_, k) => k);
    this.#count = count;
    this.#buffer = new Int32Array(count);
    this.#askedAt = new Int32Array(patterns.units).fill(-1);
    this.#answers = new Float64Array(patterns.units);
    this.#refusedAt = new Int32Array(patterns.units).fill(-1);
    if (logarithmic) this.#setLevel(this.#largest());
    [this.#least, this.#most] = stepsOf(this.#table);
    this.#survey();
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
    const { offset } = unit;
    if (this.#refusedAt[offset] === this.#flips) return false;
    if (this.#askedAt[offset] !== this.#flips && this.#surelyRises(offset)) {
      this.#refusedAt[offset] = this.#flips;
      return false;
    }
    return this.changeOf(unit) < -FLIP_ROUNDING * this.#scale;
  }

  accept({ offset }: Unit): void {
    const { patterns, unit, logarithmic } = this.#setup;
    const isUp = !this.#isHigh(offset);
    this.values[0][offset] = isUp ? unit.high : unit.low;
    addFlip(patterns, offset, isUp, this.#at);
    this.#flips++;
    if (logarithmic) {
      const largest = this.#largest();
      if (Math.abs(largest - this.#level) > SLACK) {
        this.#setLevel(largest);
        [this.#least, this.#most] = stepsOf(this.#table);
        this.#surveyed = -Infinity;
      }
    }
    if (this.#flips - this.#surveyed >= REACH) this.#survey();
    else this.#refresh();
  }

  /** Whether the head alone says that a flip does not lower the energy. */
  #surelyRises(offset: number): boolean {
    const { patterns, slope } = this.#setup;
    const high = this.#isHigh(offset);
    let sum = 0;
    let size = 0;
    for (let n = 0; n < this.#head; n++) {
      const isUp = isPositive(patterns, offset, this.#listed[n]) !== high;
      const step = isUp ? this.#ups[n] : this.#downs[n];
      sum += step;
      size += Math.abs(step);
    }
    // The logarithm has the sign of what the sum moves by.
    return sum * Math.sign(slope) > this.#tail + ROUNDING * size;
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
    const [ups, downs, listed] = [this.#ups, this.#downs, this.#listed];
    const high = this.#isHigh(offset);
    // Sums of all are worth a table from the second on.
    if (this.#count === patterns.count && this.#asked++ > 0) {
      if (this.#asked === 2) this.#fillSums();
      return chosenSum(patterns, offset, this.#sums, high ? -1 : 0);
    }
    let sum = 0;
    for (let n = 0; n < this.#count; n++) {
      sum += isPositive(patterns, offset, listed[n]) === high ? downs[n] : ups[n];
    }
    return sum;
  }

  /** A table for sums of all patterns, in their order. */
  #fillSums(): void {
    const [ups, downs] = [this.#ups, this.#downs].map((own) => {
      const inOrder = new Float64Array(own.length);
      for (let n = 0; n < this.#count; n++) inOrder[this.#listed[n]] = own[n];
      return inOrder;
    });
    fillChoices(ups, downs, this.#sums);
  }

  #isHigh(offset: number): boolean {
    return this.values[0][offset] === this.#setup.unit.high;
  }

  /** Finds the patterns that can count until the next survey. */
  #survey(): void {
    const { values } = this.#setup.lattice;
    const [at, least, most, table] = [this.#at, this.#least, this.#most, this.#table];
    const [listed, rest] = [this.#listed, this.#buffer];
    let sure = 0;
    for (let k = 0; k < at.length; k++) if (least[at[k]] > sure) sure = least[at[k]];
    let [head, tail] = [0, 0];
    this.#others = 0;
    this.#largestOther = -Infinity;
    for (let k = 0; k < at.length; k++) {
      const j = at[k];
      if (most[j] > sure * HEAD) listed[head++] = k;
      else if (most[j] > sure * NEGLIGIBLE) rest[tail++] = k;
      else {
        this.#others += table[j];
        if (values[j] > this.#largestOther) this.#largestOther = values[j];
      }
    }
    listed.set(rest.subarray(0, tail), head);
    this.#count = head + tail;
    this.#head = head <= MOST_IN_HEAD ? head : 0;
    this.#surveyed = this.#flips;
    this.#refresh();
  }

  /** The sum, and all that a flip could change it by, from where the overlaps stand now. */
  #refresh(): void {
    const [at, table, listed] = [this.#at, this.#table, this.#listed];
    const [ups, downs] = [this.#ups, this.#downs];
    let total = this.#others;
    let tail = 0;
    for (let n = 0; n < this.#count; n++) {
      const j = at[listed[n]];
      const here = table[j];
      const up = table[j + 1] - here;
      const down = table[j - 1] - here;
      total += here;
      ups[n] = up;
      downs[n] = down;
      if (n >= this.#head) tail += Math.max(Math.abs(up), Math.abs(down));
    }
    this.#total = total;
    this.#tail = tail;
    this.#asked = 0;
  }

  /** The largest F of all patterns. */
  #largest(): number {
    const { values } = this.#setup.lattice;
    let largest = this.#largestOther;
    for (let n = 0; n < this.#count; n++) {
      const value = values[this.#at[this.#listed[n]]];
      if (value > largest) largest = value;
    }
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
    return this.#listed
      .subarray(0, this.#count)
      .reduce(
        (total, k) =>
          total + this.#table[this.#at[k] + (isPositive(patterns, offset, k) ? up : -up)],
        this.#others,
      );
  }
}

/**
 * By how much a step from a place of the table changes it, up or down: the least and the most of all
 * places that so many flips as lie between surveys lead to.
 */
function stepsOf(table: Float64Array): [least: Float64Array, most: Float64Array] {
  const steps = table.map((here, j) =>
    Math.max(Math.abs((table[j + 1] ?? here) - here), Math.abs((table[j - 1] ?? here) - here)),
  );
  return [around(steps, Math.min), around(steps, Math.max)];
}

/** What joins the numbers around each place; at the ends a few more than those. */
function around(numbers: Float64Array, join: (a: number, b: number) => number): Float64Array {
  const joined = numbers.slice();
  const wanted = 2 * REACH + 1;
  for (let width = 1; width < wanted;) {
    const by = Math.min(width, wanted - width);
    for (let j = 0; j + by < joined.length; j++) joined[j] = join(joined[j], joined[j + by]);
    width += by;
  }
  return joined.map((_, j) => joined[Math.max(0, j - REACH)]);
}
