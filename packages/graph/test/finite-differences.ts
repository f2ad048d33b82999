// Central differences of fourth order in float64, and whether they can be trusted at a point.

import { type Environment, evaluate, type Expr } from "@hamlet/graph";

const STEP = 2e-3;

/** A derivative by differences, or null where the function is not smooth enough to have one. */
export function directional(
  f: (step: number) => ArrayLike<number>,
  step = STEP,
): Float64Array | null {
  const at = (h: number) => Float64Array.from(f(h));
  const values = [2, 1, 0.5].map((k) => [at(k * step), at(-k * step)]);
  const slope = (far: number, near: number, h: number) =>
    values[0][0].map((_, i) => {
      const difference = (k: number) => values[k][0][i] - values[k][1][i];
      return (8 * difference(near) - difference(far)) / (12 * h);
    });
  const coarse = slope(0, 1, step);
  const fine = slope(1, 2, step / 2);
  // Only values of the function decide: where two step sizes disagree there is a kink or a jump
  // nearby, whatever the derivative under test says.
  const smooth = fine.every(
    (value, i) => Number.isFinite(value) && Math.abs(value - coarse[i]) <= 1e-6 * scaleOf(fine),
  );
  return smooth ? fine : null;
}

/** The largest absolute entry, at least 1. */
export function scaleOf(entries: ArrayLike<number>): number {
  return Array.from(entries).reduce((top, x) => Math.max(top, Math.abs(x)), 1);
}

/**
 * Whether differences of an expression say nothing of its slope, because one of its parts is so large
 * that its last digit moves them by more than `error`, or is a stair that the steps go up: stairs
 * that are low beside their height look like a slope.
 * @param there - Where a step leads.
 */
export function saysNothing(
  parts: Iterable<Expr>,
  there: (step: number) => Environment,
  error: number,
): boolean {
  const ends = [-2 * STEP, 2 * STEP].map(there);
  return [...parts].some((part) => {
    const [before, after] = ends.map((end) => evaluate(part, end, part.free).data);
    if (part.kind === "apply" && part.op === "ceil") return before.some((x, i) => x !== after[i]);
    // Some ten roundings meet in a difference.
    const most = (error * STEP) / (10 * Number.EPSILON);
    return before.some((x) => Number.isFinite(x) && Math.abs(x) > most);
  });
}
