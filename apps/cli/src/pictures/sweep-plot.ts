// Measurements as points with error bars, theory as lines, as SVG: what a sweep found.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** One measured value with its standard error. */
export interface SweepPoint {
  readonly x: number;
  readonly y: number;
  readonly error: number;
}

/** What belongs together: points of one colour, and the line that is expected of them. */
export interface SweepSeries {
  readonly name: string;
  readonly points: readonly SweepPoint[];
  /** Expected values; none where there is no theory. */
  readonly line: readonly { readonly x: number; readonly y: number }[];
}

/** A level that does not depend on x, such as chance. */
export interface SweepLevel {
  readonly name: string;
  readonly y: number;
}

/** One plot. */
export interface SweepPlot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly SweepSeries[];
  readonly levels?: readonly SweepLevel[];
  /** Whether y is logarithmic as well; x always is, to the base 2. */
  readonly logY?: boolean;
}

/** Colours that people with colour blindness can tell apart (Okabe & Ito). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];
const WIDTH = 760;
const HEIGHT = 400;

/** Draws plots above each other. */
export function drawSweeps(plots: readonly SweepPlot[]): string {
  const drawn = plots.map(
    (plot, i) => `<g transform="translate(0 ${i * HEIGHT})">${drawSweep(plot)}</g>`,
  );
  const size = `width="${WIDTH}" height="${HEIGHT * plots.length}"`;
  const box = `viewBox="0 0 ${WIDTH} ${HEIGHT * plots.length}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box}>\n${drawn.join("\n")}\n</svg>\n`;
}

function drawSweep({ title, x, y, series, levels = [], logY = false }: SweepPlot): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const points = series.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const lines = series.flatMap(({ name, line }) => line.map((point) => ({ name, ...point })));
  const bars = points.map((point) => ({
    ...point,
    // A logarithmic axis ends above zero.
    low: logY ? Math.max(point.y - 2 * point.error, point.y / 100) : point.y - 2 * point.error,
    high: point.y + 2 * point.error,
  }));
  const [first, last] = [...points, ...lines].reduce(
    ([low, high], point) => [Math.min(low, point.x), Math.max(high, point.x)],
    [Infinity, -Infinity],
  );
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 64,
    marginRight: 130,
    marginTop: 48,
    marginBottom: 44,
    style: { background: "white", color: "#222", fontSize: "13px" },
    grid: true,
    x: { type: "log", base: 2, domain: [first, last], label: x, tickFormat: "~d" },
    y: { type: logY ? "log" : "linear", label: y, nice: true, tickFormat: "~g" },
    color: { domain: series.map(({ name }) => name), range: COLOURS },
    marks: [
      Plot.ruleY(levels, { y: "y", strokeDasharray: "5 4", stroke: "#777" }),
      Plot.text(levels, {
        x: () => first,
        y: "y",
        text: "name",
        textAnchor: "start",
        dx: 4,
        dy: -8,
        fill: "#777",
      }),
      Plot.line(lines, { x: "x", y: "y", z: "name", stroke: "name", strokeWidth: 1.5 }),
      Plot.ruleX(bars, { x: "x", y1: "low", y2: "high", stroke: "name", strokeWidth: 1.5 }),
      Plot.dot(points, { x: "x", y: "y", fill: "name", r: 3 }),
      Plot.text(labelsOf(series, logY), {
        x: () => last,
        y: "y",
        text: "name",
        fill: "name",
        textAnchor: "start",
        dx: 8,
        fontWeight: 600,
      }),
      Plot.text([title], {
        frameAnchor: "top-left",
        dy: -34,
        fontSize: 15,
        fontWeight: 600,
        text: (text: string) => text,
      }),
    ],
  });
  return plot.outerHTML;
}

/** A name beside the last point of every series, moved apart where two would overlap. */
function labelsOf(series: readonly SweepSeries[], logY: boolean): { name: string; y: number }[] {
  const ends = series
    .map(({ name, points, line }) => ({ name, y: (points.at(-1) ?? line.at(-1))?.y ?? 0 }))
    .sort((a, b) => a.y - b.y);
  const all = series.flatMap(({ points }) => points.map(({ y }) => (logY ? Math.log(y) : y)));
  const gap = 0.055 * (Math.max(...all) - Math.min(...all));
  let floor = -Infinity;
  return ends.map(({ name, y }) => {
    floor = Math.max(logY ? Math.log(y) : y, floor + gap);
    return { name, y: logY ? Math.exp(floor) : floor };
  });
}
