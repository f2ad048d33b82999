// An energy against steps, as a drawing of one line.

const [WIDTH, HEIGHT, MARGIN] = [480, 200, 24];

/** An SVG of the values that are finite. */
export function curveOf(steps: readonly number[], values: readonly (number | null)[]): string {
  const points = steps.flatMap((step, at) => {
    const value = values[at];
    return value === null || value === undefined ? [] : [[step, value] as const];
  });
  if (points.length < 2) return "";
  const [low, high] = [Math.min, Math.max].map((pick) => pick(...points.map(([, y]) => y)));
  const [from, to] = [points[0][0], points.at(-1)![0]];
  const x = (step: number) => MARGIN + ((WIDTH - 2 * MARGIN) * (step - from)) / (to - from || 1);
  const y = (value: number) =>
    HEIGHT - MARGIN - ((HEIGHT - 2 * MARGIN) * (value - low)) / (high - low || 1);
  const line = points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`);
  const label = (value: number, at: number) =>
    `<text x="2" y="${at}" font-size="11" fill="currentColor">${value.toPrecision(4)}</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><polyline points="${line.join(" ")}" fill="none" stroke="currentColor" stroke-width="1.5"/>${label(high, MARGIN - 8)}${label(low, HEIGHT - 6)}</svg>`;
}
