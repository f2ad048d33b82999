// The feature map Φ and what is made with it, block by block, in float64.
//
// Entries are kept without the factor that all share: cosines and sines, or exponentials. The first
// half of a feature vector holds the cosines (or the rising exponentials), the second the sines (or
// the falling ones).

import type { Features } from "./features.ts";
import { projectAll, rowsIn } from "./projection.ts";
import type { Work } from "@hamlet/core";
import { sinCos } from "@hamlet/core/numbers";

/** The factor that all entries of `Φ` share: `1/√Y` for cosines and sines, `1/√(2Y)` for exponentials. */
export function featureScale({ description: { kind, Y } }: Pick<Features, "description">): number {
  return 1 / Math.sqrt(kind === "sin-cos" ? Y : 2 * Y);
}

/** Mean and variances over the rows of their share in a kernel sum. */
export interface Spread {
  /** The kernel sum: the mean over the rows. */
  readonly kernelSum: number;
  /** The variance of one row's share. */
  readonly variance: number;
  /** The gradient of the kernel sum. */
  readonly gradient: Float64Array;
  /** For every entry, the variance of one row's share in `∂h − (∂h/h) h`; null unless wanted. */
  readonly gradientVariance: Float64Array | null;
}

/** Evaluates features; holds the working memory for one state. */
export class FeatureMap {
  readonly features: Features;
  readonly #state: Float64Array;
  readonly #phases: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  /** `√β`, which states are multiplied with. */
  readonly #sharpness: number;
  readonly #isPositive: boolean;

  constructor(features: Features) {
    const { projection, description } = features;
    const rows = Math.min(projection.blockRows, projection.Y);
    this.features = features;
    this.#state = new Float64Array(projection.D);
    this.#phases = new Float64Array(projection.blockRows);
    this.#first = new Float64Array(rows);
    this.#second = new Float64Array(rows);
    this.#sharpness = Math.sqrt(description.beta);
    this.#isPositive = description.kind === "positive";
  }

  /** Calls `use` with the entries of every block: its first row, how many, and both halves. */
  blocks(
    x: ArrayLike<number>,
    use: (row: number, count: number, first: Float64Array, second: Float64Array) => void,
  ): void {
    const { projection } = this.features;
    const shift = this.#load(x);
    for (let block = 0; block < projection.blocks; block++) {
      const count = this.#block(block, shift);
      use(block * projection.blockRows, count, this.#first, this.#second);
    }
  }

  /** Calls `use` with the entries of one block. */
  block(
    x: ArrayLike<number>,
    block: number,
    use: (row: number, first: Float64Array, second: Float64Array) => void,
  ): void {
    this.#block(block, this.#load(x));
    use(block * this.features.projection.blockRows, this.#first, this.#second);
  }

  /**
   * Writes the entries of states from one up to another, `[to − from, 2Y]`, with the bits of
   * {@link blocks}; rows ω are fetched from far away once for all of them. Calls that share a desk, of
   * working memory, come one after the other, the first with the most states.
   */
  *entries(
    x: ArrayLike<number>,
    [from, to]: readonly [number, number],
    entries: Float64Array,
    desk: { arrays?: readonly Float64Array[] } = {},
  ): Work<void> {
    const { projection } = this.features;
    const { D, Y, blockRows } = projection;
    const count = to - from;
    desk.arrays ??= [1, D, blockRows, blockRows, blockRows].map(
      (size) => new Float64Array(count * size),
    );
    const [shifts, states, phases, first, second] = desk.arrays;
    for (let n = 0; n < count; n++) shifts[n] = this.#load(x, (from + n) * D, states, n * D);
    for (let block = 0; block < projection.blocks; block++) {
      yield* projectAll(projection, block, states.subarray(0, count * D), phases);
      const rows = rowsIn(projection, block);
      // Those of a last block that is narrower move together.
      for (let n = 1; n < count; n++) {
        phases.copyWithin(n * rows, n * blockRows, n * blockRows + rows);
      }
      this.#entries(phases, [count, rows], shifts, [first, second]);
      for (let n = 0; n < count; n++) {
        const at = 2 * Y * n + block * blockRows;
        for (let i = 0; i < rows; i++) {
          entries[at + i] = first[n * rows + i];
          entries[at + Y + i] = second[n * rows + i];
        }
      }
      yield;
    }
  }

  /** `Φ(x)`, `[2Y]`. */
  phi(x: ArrayLike<number>): Float64Array {
    const { Y } = this.features.description;
    const scale = featureScale(this.features);
    const phi = new Float64Array(2 * Y);
    this.blocks(x, (row, count, first, second) => {
      for (let i = 0; i < count; i++) {
        phi[row + i] = scale * first[i];
        phi[Y + row + i] = scale * second[i];
      }
    });
    return phi;
  }

  /**
   * The kernel sum `⟨Φ(x), T⟩` for `T = scale · sums`; with `gradient`, writes its derivative there.
   */
  kernelSum(x: ArrayLike<number>, sums: Float64Array, gradient: Float64Array | null): number {
    const { projection } = this.features;
    const { Y } = projection;
    const isPositive = this.#isPositive;
    let total = 0;
    gradient?.fill(0);
    this.blocks(x, (row, count, first, second) => {
      for (let i = 0; i < count; i++) {
        const a = sums[row + i];
        const b = sums[Y + row + i];
        const u = first[i];
        const v = second[i];
        total += u * a + v * b;
        // The derivative by the phase: cosines give sines, exponentials themselves.
        first[i] = isPositive ? u * a - v * b : u * b - v * a;
      }
      if (gradient !== null) projection.addTransposed(row / projection.blockRows, first, gradient);
    });
    const weight = featureScale(this.features) ** 2;
    const h = weight * total;
    if (gradient !== null) this.#finish(gradient, weight, x, h);
    return h;
  }

  /** The kernel sum and how much its rows disagree. */
  spread(x: ArrayLike<number>, sums: Float64Array, wantGradient: boolean): Spread {
    const { projection, description } = this.features;
    const { Y, D } = projection;
    const weight = Y * featureScale(this.features) ** 2;
    const gradient = new Float64Array(D);
    const squares = new Float64Array(D);
    const products = new Float64Array(D);
    const slopes = new Float64Array(this.#first.length);
    const work = new Float64Array(this.#first.length);
    let total = 0;
    let totalSquares = 0;
    this.blocks(x, (row, count, first, second) => {
      for (let i = 0; i < count; i++) {
        const a = sums[row + i];
        const b = sums[Y + row + i];
        const u = first[i];
        const v = second[i];
        const share = weight * (u * a + v * b);
        total += share;
        totalSquares += share * share;
        slopes[i] = weight * (this.#isPositive ? u * a - v * b : u * b - v * a);
        first[i] = share;
      }
      if (!wantGradient) return;
      const block = row / projection.blockRows;
      projection.addTransposed(block, slopes, gradient);
      for (let i = 0; i < count; i++) work[i] = slopes[i] * first[i];
      projection.addTransposed(block, work, products);
      for (let i = 0; i < count; i++) work[i] = slopes[i] * slopes[i];
      projection.addSquaresTransposed(block, work, squares);
    });
    const h = total / Y;
    const second = totalSquares / Y;
    // In the logarithm's derivative the factor exp(−β|x|²) of positive features is the same for all
    // rows, so it has no variance; only the phases differ.
    const relative = gradient.map((sum) => (this.#sharpness * sum) / Y / h);
    const gradientVariance = relative.map(
      (r, d) =>
        (description.beta * squares[d] - 2 * this.#sharpness * r * products[d]) / Y +
        r * r * second,
    );
    this.#finish(gradient, 1 / Y, x, h);
    return {
      kernelSum: h,
      variance: Math.max(0, second - h * h),
      gradient,
      gradientVariance: wantGradient ? gradientVariance : null,
    };
  }

  /** Turns `Σ slope ω` into the derivative of the kernel sum `h` by the state. */
  #finish(gradient: Float64Array, weight: number, x: ArrayLike<number>, h: number): void {
    const factor = weight * this.#sharpness;
    const pull = this.#isPositive ? 2 * this.features.description.beta * h : 0;
    for (let d = 0; d < gradient.length; d++) gradient[d] = factor * gradient[d] - pull * x[d];
  }

  /** Takes in the state that starts at a place; returns `β |x|²`. */
  #load(x: ArrayLike<number>, at = 0, states = this.#state, to = 0): number {
    let square = 0;
    for (let d = 0; d < this.#state.length; d++) {
      const entry = this.#sharpness * x[at + d];
      states[to + d] = entry;
      square += entry * entry;
    }
    return square;
  }

  /** The entries of one block; returns how many rows it has. */
  #block(block: number, shift: number): number {
    const { projection } = this.features;
    const count = rowsIn(projection, block);
    projection.project(block, this.#state, this.#phases);
    this.#entries(this.#phases, [1, count], [shift], [this.#first, this.#second]);
    return count;
  }

  /** Both halves of the entries of states, so many phases of each. */
  #entries(
    phases: Float64Array,
    [count, rows]: readonly [number, number],
    shifts: ArrayLike<number>,
    [first, second]: readonly [Float64Array, Float64Array],
  ): void {
    if (!this.#isPositive) return sinCos(phases, count * rows, second, first);
    for (let i = 0; i < count * rows; i++) {
      const shift = shifts[Math.floor(i / rows)];
      first[i] = Math.exp(phases[i] - shift);
      second[i] = Math.exp(-phases[i] - shift);
    }
  }
}
