// One example of a classical Hopfield memory of two-valued patterns while its units flip.
//
// With F(x) = ½ αx² + γx + const the flip of unit i changes the sum by
//
//     ± step (α hᵢ + γ gᵢ) + ½ K α step²,   hᵢ = Σ_k t_ki x_k,   gᵢ = Σ_k t_ki
//
// with signs t_ki = ±1. A proposal reads two numbers: the sum at the start, and by how many steps
// the field hᵢ has moved since. A flip of unit j moves it by ± Σ_k t_ki t_kj, a row of Hebb's
// matrix: whole numbers, which are counted from bits when they are first needed and shared by all
// examples.

import { type BinaryState, FLIP_ROUNDING, type Unit } from "./binary-state.ts";
import {
  CHOICES,
  chosenSum,
  fillChoices,
  ones,
  overlapsOf,
  type PackedPatterns,
  type TwoValues,
} from "./packed-patterns.ts";

/** `F(x) = ½ bend · x² + tilt · x + offset`. */
export interface Parabola {
  readonly bend: number;
  readonly tilt: number;
  readonly offset: number;
}

/** What all examples of a recall share. */
export interface QuadraticSetup {
  readonly patterns: PackedPatterns;
  readonly hebb: HebbRows;
  readonly unit: TwoValues;
  readonly parabola: Parabola;
  /** E = rest + slope · ΣF. */
  readonly slope: number;
  readonly rest: number;
}

/** Rows are kept up to this many numbers in all; then they are counted anew each time. */
const KEPT = 2 ** 24;

/** The shorter the numbers of a row, the more rows are near at hand. */
type Row = Int16Array | Int32Array;

/** Rows `Σ_k t_ki t_kj` of Hebb's matrix of signs. */
export class HebbRows {
  readonly #patterns: PackedPatterns;
  readonly #rows = new Map<number, Row>();

  constructor(patterns: PackedPatterns) {
    this.#patterns = patterns;
  }

  row(unit: number): Row {
    const known = this.#rows.get(unit);
    if (known !== undefined) return known;
    const { columns, height, units, count } = this.#patterns;
    const row = count < 2 ** 15 ? new Int16Array(units) : new Int32Array(units);
    for (let i = 0, at = 0; i < units; i++) {
      let different = 0;
      for (let w = 0; w < height; w++) {
        different += ones(columns[at++] ^ columns[unit * height + w]);
      }
      row[i] = count - 2 * different;
    }
    if (this.#rows.size * units < KEPT) this.#rows.set(unit, row);
    return row;
  }
}

export class QuadraticState implements BinaryState {
  readonly values: readonly [Float64Array];
  readonly #setup: QuadraticSetup;
  /** α hᵢ + γ gᵢ of every unit, at the start. */
  readonly #started: Float64Array;
  /** By how many steps every hᵢ has moved since. */
  readonly #moves: Int32Array;
  readonly #step: number;
  #total: number;
  #scale = 0;

  constructor(setup: QuadraticSetup, values: Float64Array) {
    const { patterns, parabola, unit } = setup;
    const { bend, tilt, offset } = parabola;
    this.#setup = setup;
    this.#step = patterns.size * (unit.high - unit.low);
    this.values = [new Float64Array(values)];
    const overlaps = overlapsOf(patterns, values, unit);
    this.#total = overlaps.reduce((sum, x) => sum + (bend / 2) * x * x + tilt * x + offset, 0);
    this.#started = signedSums(
      patterns,
      overlaps.map((x) => bend * x + tilt),
    );
    this.#moves = new Int32Array(patterns.units);
    this.energy();
  }

  energy(): number {
    const energy = this.#setup.rest + this.#setup.slope * this.#total;
    this.#scale = Math.max(this.#scale, Math.abs(energy));
    return energy;
  }

  setTime(): void {
    // Energies under a schedule are not of this form.
  }

  changeOf({ offset }: Unit): number {
    return this.#setup.slope * this.#moved(offset);
  }

  lowers(unit: Unit): boolean {
    return this.changeOf(unit) < -FLIP_ROUNDING * this.#scale;
  }

  accept({ offset }: Unit): void {
    const { hebb, unit } = this.#setup;
    this.#total += this.#moved(offset);
    const up = this.#up(offset);
    const row = hebb.row(offset);
    if (up > 0) increase(this.#moves, row);
    else decrease(this.#moves, row);
    this.values[0][offset] = up > 0 ? unit.high : unit.low;
  }

  /** How the flip of a unit changes ΣF. */
  #moved(offset: number): number {
    const { patterns, parabola } = this.#setup;
    const step = this.#step;
    const curved = (patterns.count * parabola.bend * step * step) / 2;
    const field = this.#started[offset] + parabola.bend * step * this.#moves[offset];
    return this.#up(offset) * step * field + curved;
  }

  /** 1 where the unit would go up. */
  #up(offset: number): 1 | -1 {
    return this.values[0][offset] === this.#setup.unit.high ? -1 : 1;
  }
}

// `| 0` says that a sum stays a 32-bit number, which saves a test for every entry.

function increase(moves: Int32Array, row: Row): void {
  for (let i = 0; i < row.length; i++) moves[i] = (moves[i] + row[i]) | 0;
}

function decrease(moves: Int32Array, row: Row): void {
  for (let i = 0; i < row.length; i++) moves[i] = (moves[i] - row[i]) | 0;
}

/** `Σ_k t_ki numbers_k` with the signs of every unit i. */
function signedSums(patterns: PackedPatterns, numbers: Float64Array): Float64Array {
  const plus = new Float64Array(32 * patterns.height);
  plus.set(numbers);
  const sums = new Float64Array(8 * CHOICES * patterns.height);
  fillChoices(
    plus,
    plus.map((x) => -x),
    sums,
  );
  return Float64Array.from({ length: patterns.units }, (_, i) => chosenSum(patterns, i, sums, 0));
}
