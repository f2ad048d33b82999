// Central differences of fourth order in float64, and whether they can be trusted at a point.

/** A derivative by differences, or null where the function is not smooth enough to have one. */
export function directional(
  f: (step: number) => ArrayLike<number>,
  step = 2e-3,
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
