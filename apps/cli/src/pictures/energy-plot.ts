// Energy against step, one curve for every kind of damage, as SVG.

import * as Plot from "@observablehq/plot";
import { COLOURS, drawChart } from "./chart.ts";

/** One curve: a name and the mean energy at every step, beginning with the start. */
export interface EnergyCurve {
  readonly name: string;
  readonly energies: readonly number[];
}

/** Places on the step axis that are named. */
const STEPS = [0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/** Draws the curves; the first steps matter most, so the step axis is logarithmic above 1. */
export function drawEnergies(curves: readonly EnergyCurve[]): string {
  const points = curves.flatMap(({ name, energies }) =>
    energies.map((energy, step) => ({ name, energy, step })),
  );
  const last = Math.max(...points.map(({ step }) => step));
  // Named where the curves are furthest apart: at their start.
  const starts = points.filter(({ step }) => step === 0);
  return drawChart({
    x: {
      type: "symlog",
      constant: 1,
      label: "step",
      tickFormat: "d",
      ticks: STEPS.filter((step) => step <= last),
    },
    y: { label: "mean energy", nice: true },
    color: { domain: curves.map(({ name }) => name), range: COLOURS },
    marks: [
      Plot.line(points, { x: "step", y: "energy", stroke: "name", strokeWidth: 2 }),
      Plot.text(starts, {
        x: "step",
        y: "energy",
        text: "name",
        fill: "name",
        textAnchor: "start",
        dx: 14,
        dy: -6,
        fontWeight: 600,
      }),
    ],
  });
}
