// Energy against step, one curve for every kind of damage, as SVG.

import * as Plot from "@observablehq/plot";
import { COLOURS, emptyDocument } from "./document.ts";

/** One curve: a name and the mean energy at every step, beginning with the start. */
export interface EnergyCurve {
  readonly name: string;
  readonly energies: readonly number[];
}

/** Draws the curves; the first steps matter most, so the step axis is logarithmic. */
export function drawEnergies(curves: readonly EnergyCurve[]): string {
  const points = curves.flatMap(({ name, energies }) =>
    energies.map((energy, step) => ({ name, energy, step: step + 1 })),
  );
  // Named where the curves are furthest apart: at their start.
  const starts = points.filter(({ step }) => step === 1);
  const plot = Plot.plot({
    document: emptyDocument(),
    width: 760,
    height: 420,
    marginLeft: 64,
    marginRight: 20,
    marginTop: 30,
    marginBottom: 44,
    style: { background: "white", color: "#222", fontSize: "13px" },
    grid: true,
    x: { type: "log", label: "step + 1", tickFormat: "d", ticks: 5 },
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
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${plot.outerHTML}\n`;
}
