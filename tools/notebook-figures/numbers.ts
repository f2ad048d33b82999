// Numbers as figures hold them: no more digits than can be seen.

import type { Axis, Panel } from "../../apps/docs/src/notebooks/figure.ts";

/** So many digits, and null for what is no number. */
export function rounded(values: ArrayLike<number>, digits = 4): (number | null)[] {
  return Array.from(values, (value) =>
    Number.isFinite(value) ? Number(value.toPrecision(digits)) : null,
  );
}

/** Points of pairs that lie one after the other. */
export function pairsOf(flat: ArrayLike<number>, digits = 4): number[][] {
  return Array.from({ length: flat.length / 2 }, (_, k) =>
    [flat[2 * k], flat[2 * k + 1]].map((value) => Number(value.toPrecision(digits))),
  );
}

/** An axis around numbers, with a little room. */
export function around(label: string, values: readonly number[], room = 0.06): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = room * (high - low) || 0.5;
  return { label, low: low - margin, high: high + margin };
}

/** The square from −span to span. */
export function plane(span: number, names = ["v₀", "v₁"]): Pick<Panel, "x" | "y" | "square"> {
  const [x, y] = names.map((label): Axis => ({ label, low: -span, high: span }));
  return { x, y, square: true };
}
