// Marks that figures of several sources have.

import type { Mark, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import type { RecallResult } from "../../packages/ham/src/index.ts";
import { around } from "./numbers.ts";

/** How long the longest arrow is, in units of the plane. */
const LONGEST = 0.27;

/** An arrow at every point. */
export function arrows(points: readonly number[][], slopes: readonly number[][]): Mark {
  const longest = Math.max(...slopes.map(([x, y]) => Math.hypot(x, y)));
  return {
    as: "arrows",
    ink: 0,
    name: "score",
    points: points.map((at, k) => [
      ...at,
      ...slopes[k].map((part, d) => Number((at[d] + (LONGEST * part) / longest).toPrecision(4))),
    ]),
  };
}

/** Where both numbers are the same. */
export function diagonal(low: number, high: number): Mark {
  return {
    as: "line",
    ink: 0,
    name: "equal",
    points: [
      [low, low],
      [high, high],
    ],
  };
}

/** The energies along a recall: a line for every example. */
export function energiesAlong(
  { energies, energySteps, batch }: Pick<RecallResult, "energies" | "energySteps" | "batch">,
  {
    step,
    energy,
    look,
    digits = 6,
    every = 1,
  }: {
    /** What the axes are called. */
    readonly step: string;
    readonly energy: string;
    readonly look: (example: number) => Pick<Mark, "ink" | "name">;
    readonly digits?: number;
    /** Which energies are drawn. */
    readonly every?: number;
  },
): Pick<Panel, "x" | "y" | "marks"> {
  const marks = Array.from({ length: batch }, (_, example): Mark => ({
    as: "line",
    ...look(example),
    points: energies.flatMap((row, at) =>
      at % every === 0 ? [[energySteps[at], Number(row[example].toPrecision(digits))]] : [],
    ),
  }));
  const all = marks.flatMap(({ points }) => points);
  return {
    x: { label: step, low: 0, high: Math.max(...all.map(([at]) => at)) },
    y: around(
      energy,
      all.map(([, value]) => value),
    ),
    marks,
  };
}
