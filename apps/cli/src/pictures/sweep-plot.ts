// Measurements as points with error bars, theory as lines, as SVG: what a sweep found.

import * as Plot from "@observablehq/plot";
import { emptyDocument, LETTERS } from "./chart.ts";
import { CHART, themed } from "./themed.ts";

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
  return themed(
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box}>\n${drawn.join("\n")}\n</svg>\n`,
  );
}

function drawSweep({ title, x, y, series, levels = [], logY = false }: SweepPlot): string {
  const document = emptyDocument();
  const points = series.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const lines = series.flatMap(({ name, line }) => line.map((point) => ({ name, ...point })));
  const bars = points.map((point) => ({
    ...point,
    // A logarithmic axis ends above zero.
    low: logY ? Math.max(point.y - 2 * point.error, point.y / 100) : point.y - 2 * point.error,
    high: point.y + 2 * point.error,
  }));
  const [first, last] = extent([...points, ...lines].map((point) => point.x));
  const heights = extent([
    ...bars.flatMap(({ low, high }) => [low, high]),
    ...[...lines, ...levels].map((point) => point.y),
  ]);
  const room = logY ? [heights[0] / 1.15, heights[1] * 1.15] : heights;
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 64,
    marginRight: 130,
    marginTop: 64,
    marginBottom: 44,
    className: CHART,
    style: LETTERS,
    grid: true,
    x: { type: "log", base: 2, domain: [first, last], label: x, tickFormat: "~d" },
    y: { type: logY ? "log" : "linear", label: null, domain: room, nice: !logY, tickFormat: "~g" },
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
      Plot.text(labelsOf(series, room, logY), {
        x: () => last,
        y: "y",
        text: "name",
        fill: "name",
        textAnchor: "start",
        dx: 8,
        fontWeight: 600,
      }),
      heading(title, { dy: -50, fontSize: 15, fontWeight: 600 }),
      heading(`↑ ${y}`, { dy: -26 }),
    ],
  });
  return plot.outerHTML;
}

/** A line of text above the plot. */
function heading(text: string, style: Plot.TextOptions): Plot.Text {
  return Plot.text([text], { ...style, frameAnchor: "top-left", text: (line: string) => line });
}

function extent(numbers: readonly number[]): [low: number, high: number] {
  return [Math.min(...numbers), Math.max(...numbers)];
}

/** The height of a name, as a part of the height of a plot. */
const NAME = 0.06;

/** A name beside the last point of every series, moved apart where two would overlap. */
function labelsOf(
  series: readonly SweepSeries[],
  room: readonly number[],
  logY: boolean,
): { name: string; y: number }[] {
  const [there, back] = logY ? [Math.log, Math.exp] : [(y: number) => y, (y: number) => y];
  const ends = series
    .map(({ name, points, line }) => ({ name, y: (points.at(-1) ?? line.at(-1))?.y ?? 0 }))
    .sort((a, b) => b.y - a.y);
  const gap = NAME * (there(room[1]) - there(room[0]));
  let ceiling = Infinity;
  return ends.map(({ name, y }) => {
    ceiling = Math.min(there(y), ceiling - gap);
    return { name, y: back(ceiling) };
  });
}
