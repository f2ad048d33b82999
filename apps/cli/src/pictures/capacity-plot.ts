// Retrieval and stability against the number of patterns, with what theory expects, as SVG.

import * as Plot from "@observablehq/plot";
import type { CapacityPoint } from "../capacity/measure.ts";
import { COLOURS, emptyDocument } from "./chart.ts";

const WIDTH = 760;
const HEIGHT = 340;
const FRAME = {
  width: WIDTH,
  height: HEIGHT,
  marginLeft: 64,
  marginRight: 90,
  marginTop: 36,
  marginBottom: 44,
  style: { background: "white", color: "#222", fontSize: "13px" },
  grid: true,
};

/** The theory beside the measurement; null where no formula is known. */
export interface CapacityTheory {
  readonly instability: (K: number) => number | null;
  readonly limit: (noise: number) => number;
}

/** Draws both pictures, one above the other. */
export function drawCapacity(
  points: readonly CapacityPoint[],
  { title, theory }: { title: string; theory: CapacityTheory },
): string {
  const parts = [retrieval(points, title, theory), stability(points, theory)];
  const inner = parts.map((svg, row) => {
    svg.setAttribute("y", String(row * HEIGHT));
    return svg.outerHTML;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${2 * HEIGHT}" viewBox="0 0 ${WIDTH} ${2 * HEIGHT}">${inner.join("")}</svg>\n`;
}

/** Copies that came back, a curve for every share of flipped units. */
function retrieval(points: readonly CapacityPoint[], title: string, theory: CapacityTheory) {
  const rows = points.flatMap(({ K, restored }) =>
    restored.map(({ noise, restored: { share, low, high } }) => {
      return { K, noise: percent(noise), share, low, high };
    }),
  );
  const noises = points[0].restored.map(({ noise }) => noise);
  const [from, to] = [points[0].K, points.at(-1)!.K];
  const limits = noises
    .map((noise) => ({ K: theory.limit(noise), noise: percent(noise) }))
    .filter(({ K }) => K >= from && K <= to);
  const clear = clearest(points);
  const named = rows.filter(({ K }) => K === clear);
  return Plot.plot({
    ...FRAME,
    document: emptyDocument(),
    x: { type: "log", label: "patterns K", tickFormat: "d", ticks: 6, domain: [from, to] },
    y: { label: "share restored", domain: [0, 1] },
    color: { domain: noises.map(percent), range: COLOURS },
    marks: [
      Plot.areaY(rows, { x: "K", y1: "low", y2: "high", fill: "noise", fillOpacity: 0.18 }),
      Plot.ruleX(limits, { x: "K", stroke: "noise", strokeDasharray: "5 4" }),
      Plot.line(rows, { x: "K", y: "share", stroke: "noise", strokeWidth: 2 }),
      Plot.dot(rows, { x: "K", y: "share", fill: "noise", r: 3 }),
      Plot.text(named, {
        x: "K",
        y: "share",
        text: "noise",
        fill: "noise",
        stroke: "white",
        strokeWidth: 4,
        fontWeight: 600,
        textAnchor: "start",
        dx: 8,
        dy: -8,
      }),
      Plot.text([title], { frameAnchor: "top", dy: -24, text: (text: string) => text }),
    ],
  });
}

/** Where the curves are furthest apart: names are best read there. */
function clearest(points: readonly CapacityPoint[]): number {
  const gap = ({ restored }: CapacityPoint) => {
    const shares = restored.map((row) => row.restored.share).toSorted((a, b) => a - b);
    return Math.min(...shares.slice(1).map((share, k) => share - shares[k]));
  };
  const inner = points.length > 2 ? points.slice(0, -1) : points;
  return inner.reduce((best, point) => (gap(point) > gap(best) ? point : best)).K;
}

/** Units that are unstable at a stored pattern, and the curve that theory expects. */
function stability(points: readonly CapacityPoint[], theory: CapacityTheory) {
  const rows = points.map(({ K, unstable }) => ({ K, ...unstable }));
  const expected = points.flatMap(({ K }) => {
    const share = theory.instability(K);
    return share === null ? [] : [{ K, share }];
  });
  // Where no unit was unstable, a bar as wide as a pattern counts for would hide all others.
  const bars = rows.filter(({ hits }) => hits > 0);
  const [colour, line] = COLOURS;
  return Plot.plot({
    ...FRAME,
    document: emptyDocument(),
    x: { type: "log", label: "patterns K", tickFormat: "d", ticks: 6 },
    y: { label: "share of unstable units at stored patterns", zero: true, nice: true },
    marks: [
      Plot.ruleX(bars, { x: "K", y1: "low", y2: "high", stroke: colour }),
      Plot.dot(rows, { x: "K", y: "share", fill: colour, r: 3 }),
      Plot.line(expected, { x: "K", y: "share", stroke: line, strokeDasharray: "5 4" }),
      Plot.text(expected.slice(-1), {
        x: "K",
        y: "share",
        text: () => "theory",
        fill: line,
        textAnchor: "start",
        dx: 8,
      }),
    ],
  });
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}% flipped`;
}
