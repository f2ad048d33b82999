// Dormand and Prince's pair of orders 5 and 4, each row with a time and a step of its own.

import { makeTurn, type Progress, type Signal, type Turn } from "@hamlet/core";
import { HamError } from "@hamlet/graph";

/** The slopes `[n, width]` of n rows, each at its own time. */
export type Flow = (y: Float64Array, t: Float64Array) => Promise<Float64Array>;

/** How long at most. */
export interface StepControl {
  /** Steps of one row, rejected ones included; default 100 000. */
  readonly maxSteps?: number;
  /** Called after every round of steps with the rows that have arrived, and all rows. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops between two rounds; what it stops throws the signal's reason. */
  readonly signal?: Signal;
}

/** A step of one row that may be accepted. */
export interface TriedStep {
  /** The difference of the two orders, `[width]`. */
  readonly error: Float64Array;
  /** The slopes at both ends, `[width]` each. */
  readonly slopes: readonly [Float64Array, Float64Array];
  /** The time before, and the length. */
  readonly t: number;
  readonly h: number;
}

/** From where to where, by how much first, and when a step is good: errors up to 1 are allowed. */
export interface Journey extends StepControl {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly errorOf: (step: TriedStep) => number;
}

const C = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const A = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** The two orders' weights, subtracted. */
const E = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

const SAFETY = 0.9;
const [SHRINK, GROW] = [0.2, 10];

/**
 * Solves `dy/dt = flow(y, t)` for n rows at once, from one time to a later one.
 *
 * Rows do not wait for each other: each has its own time and step, accepted or rejected by its own
 * error, and those still under way are asked for as one batch. So a row's answer does not depend
 * on the rows beside it.
 * @param start - `y`: `[n, width]`, borrowed.
 * @returns `[n, width]`.
 * @throws HamError `diffusion/too-many-steps`.
 * @see Dormand and Prince, A family of embedded Runge–Kutta formulae, 1980.
 */
export async function dormandPrince(
  flow: Flow,
  start: { readonly y: Float64Array; readonly width: number },
  { from, to, first, errorOf, ...control }: Journey,
): Promise<Float64Array> {
  const { width } = start;
  const y = new Float64Array(start.y);
  const total = y.length / width;
  const turn = makeTurn(control.signal);
  let rows = Int32Array.from({ length: total }, (_, i) => i);
  const t = new Float64Array(total).fill(from);
  const slope = await flow(y, t);
  const h = new Float64Array(total).fill(first);
  for (let round = 0; rows.length > 0; round++) {
    await turn();
    if (round === (control.maxSteps ?? 100_000)) throw tooManySteps(round, rows.length, t[rows[0]]);
    for (const row of rows) h[row] = Math.min(h[row], to - t[row]);
    const tried = await tryStep(flow, { y, slope, t, h, width }, { rows, turn });
    rows.forEach((row, r) => {
      const own = (all: Float64Array, i: number) => all.subarray(i * width, (i + 1) * width);
      const error = errorOf({
        error: own(tried.error, r),
        slopes: [own(slope, row), own(tried.slope, r)],
        t: t[row],
        h: h[row],
      });
      if (error <= 1) {
        // The last step ends exactly at the end.
        t[row] = h[row] >= to - t[row] ? to : t[row] + h[row];
        own(y, row).set(own(tried.y, r));
        own(slope, row).set(own(tried.slope, r));
      }
      // An error that is not a number shrinks the step as a huge one does.
      const factor = SAFETY * error ** -0.2 || SHRINK;
      h[row] *= Math.min(GROW, Math.max(SHRINK, factor));
    });
    rows = rows.filter((row) => t[row] < to);
    control.onProgress?.({ done: total - rows.length, of: total });
  }
  return y;
}

interface State {
  readonly y: Float64Array;
  readonly slope: Float64Array;
  readonly t: Float64Array;
  readonly h: Float64Array;
  readonly width: number;
}

/** One step of the given rows: where it leads, the slopes there, and the error of each coordinate. */
async function tryStep(
  flow: Flow,
  { y, slope, t, h, width }: State,
  { rows, turn }: { readonly rows: Int32Array; readonly turn: Turn },
) {
  const slopes = [gather(slope, rows, width)];
  const begin = gather(y, rows, width);
  let reached = begin;
  for (let stage = 1; stage < C.length; stage++) {
    reached = new Float64Array(begin);
    addSlopes(reached, slopes, A[stage], { h, rows, width });
    await turn();
    slopes.push(
      await flow(
        reached,
        Float64Array.from(rows, (row) => t[row] + C[stage] * h[row]),
      ),
    );
  }
  const error = new Float64Array(begin.length);
  addSlopes(error, slopes, E, { h, rows, width });
  return { y: reached, slope: slopes[6], error };
}

function gather(all: Float64Array, rows: Int32Array, width: number): Float64Array {
  const some = new Float64Array(rows.length * width);
  for (let r = 0, to = 0; r < rows.length; r++) {
    for (let d = 0, at = rows[r] * width; d < width; d++) some[to++] = all[at++];
  }
  return some;
}

/** Adds `h Σ_j weights_j slopes_j` to each row. */
function addSlopes(
  target: Float64Array,
  slopes: readonly Float64Array[],
  weights: readonly number[],
  { h, rows, width }: { h: Float64Array; rows: Int32Array; width: number },
): void {
  for (const [j, weight] of weights.entries()) {
    if (weight === 0) continue;
    const slope = slopes[j];
    for (let r = 0, at = 0; r < rows.length; r++) {
      const gain = h[rows[r]] * weight;
      for (let d = 0; d < width; d++, at++) target[at] += gain * slope[at];
    }
  }
}

function tooManySteps(steps: number, left: number, t: number): HamError {
  return new HamError(
    "diffusion/too-many-steps",
    `After ${steps} steps ${left} points have not arrived; the first of them stands at t = ${t}. ` +
      "Allow larger errors, begin at a later time, or look at the score for numbers that are not finite.",
    { steps, left, t },
  );
}
