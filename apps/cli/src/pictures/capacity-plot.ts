// Retrieval and stability against the number of patterns, with what theory expects, as SVG.

import * as Plot from "@observablehq/plot";
import type { CapacityPoint } from "../capacity/measure.ts";
import { COLOURS, emptyDocument, LETTERS } from "./chart.ts";
import { CHART, themed } from "./themed.ts";

const WIDTH = 760;
const HEIGHT = 340;
const FRAME = {
  width: WIDTH,
  height: HEIGHT,
  marginLeft: 64,
  marginRight: 90,
  marginTop: 36,
  marginBottom: 44,
  className: CHART,
  style: LETTERS,
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
  return themed(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${2 * HEIGHT}" viewBox="0 0 ${WIDTH} ${2 * HEIGHT}">${inner.join("")}</svg>\n`,
  );
}

/** Copies that came back, a curve for every share of flipped units. */
function retrieval(points: readonly CapacityPoint[], title: string, theory: CapacityTheory) {
  const rows = points.flatMap(({ K, restored }) =>
    restored.map(({ noise, restored: { share, low, high } }) => {
      return { K, noise: percent(noise), share, low, high };
    }),
  );
  const noises = points[0].restored.map(({ noise }) => noise);
  const [from, to] = domainOf(points);
  const limits = noises
    .map((noise) => ({ K: theory.limit(noise), noise: percent(noise) }))
    .filter(({ K }) => K >= from && K <= to);
  const named = apart(rows.filter(({ K }) => K === points.at(-1)!.K));
  return Plot.plot({
    ...FRAME,
    document: emptyDocument(),
    x: { type: "log", label: "patterns K", tickFormat: "d", ticks: 6, domain: [from, to] },
    y: { label: "share restored", domain: [0, 1] },
    color: { domain: noises.map(percent), range: COLOURS },
    marks: [
      Plot.areaY(rows, {
        x: "K",
        y1: "low",
        y2: "high",
        z: "noise",
        fill: "noise",
        fillOpacity: 0.18,
      }),
      Plot.ruleX(limits, { x: "K", stroke: "noise", strokeDasharray: "5 4" }),
      Plot.line(rows, { x: "K", y: "share", z: "noise", stroke: "noise", strokeWidth: 2 }),
      Plot.dot(rows, { x: "K", y: "share", fill: "noise", r: 3 }),
      Plot.text(named, {
        x: "K",
        y: "at",
        text: "noise",
        fill: "noise",
        fontWeight: 600,
        textAnchor: "start",
        dx: 8,
      }),
      Plot.text([title], { frameAnchor: "top", dy: -24, text: (text: string) => text }),
    ],
  });
}

/** The numbers of patterns, with room around a single one. */
function domainOf(points: readonly CapacityPoint[]): [from: number, to: number] {
  const [from, to] = [points[0].K, points.at(-1)!.K];
  return from < to ? [from, to] : [from / 2, to * 2];
}

/** A line of text, as a share of the height. */
const LINE = 0.06;

/** The ends of curves with places for their names, a line apart from each other. */
function apart<Row extends { readonly share: number }>(
  ends: readonly Row[],
): (Row & { readonly at: number })[] {
  const lowest = (below: number) => below * LINE;
  const sorted = ends.toSorted((a, b) => b.share - a.share);
  let above = 1 + LINE;
  return sorted.map((row, k) => {
    const at = Math.max(lowest(sorted.length - 1 - k), Math.min(row.share, above - LINE));
    above = at;
    return { ...row, at };
  });
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
    x: { type: "log", label: "patterns K", tickFormat: "d", ticks: 6, domain: domainOf(points) },
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
