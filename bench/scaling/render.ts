// Time against size, a panel for each size that grows, as a picture and as Markdown.

import * as Plot from "@observablehq/plot";
import { durationText } from "../../apps/cli/src/explain-engine.ts";
import { COLOURS, emptyDocument } from "../../apps/cli/src/pictures/chart.ts";
import { CHART, themed } from "../../apps/cli/src/pictures/themed.ts";
import { grouped } from "../compare.ts";
import { table, timesOf, whole } from "../table/render.ts";

/** Who took part: Hamlet on all threads, and on one, and the others. */
export const WHO = ["Hamlet", "one thread", "NumPy", "JAX", "torch", "tfjs", "jax-js"] as const;

/** What was measured along one size. */
export interface Growth {
  readonly name: string;
  readonly fixed: string;
  readonly points: readonly {
    readonly size: number;
    /** Seconds. */
    readonly medians: Readonly<Partial<Record<(typeof WHO)[number], number>>>;
  }[];
}

/** Those of a table: others of JavaScript are in the picture and its numbers alone. */
const COLUMNS = WHO.slice(0, 5);

/** A Markdown table: a line for each size, by its letter; none of its cells breaks. */
export function markdown(all: readonly Growth[]): string {
  const rows = all.flatMap(({ name, points }) =>
    points.map(({ size, medians }) => [
      whole(`${name.split(" ").at(-1)} = ${grouped(size)}`),
      ...timesOf(COLUMNS, medians),
    ]),
  );
  return table(["size", ...COLUMNS], rows);
}

/** As wide as a phone. */
const [WIDTH, HEIGHT, LEGEND] = [356, 230, 44];

/** A panel for each size, below a legend; both axes are logarithmic. */
export function svg(all: readonly Growth[]): string {
  const panels = all.map((growth, n) => {
    const drawn = panel(growth);
    drawn.setAttribute("y", String(LEGEND + n * HEIGHT));
    return drawn.outerHTML;
  });
  const height = LEGEND + all.length * HEIGHT;
  return themed(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="Time of a recall against its sizes">${legend()}${panels.join("")}</svg>\n`,
  );
}

/** Hamlet on one thread is Hamlet, dashed. */
const [ours, numpy, jax, torch, tfjs] = COLOURS;
const COLOUR = {
  Hamlet: ours,
  "one thread": ours,
  NumPy: numpy,
  JAX: jax,
  torch,
  tfjs,
  "jax-js": "#666666",
} as const;
const DASHED = "5 4";

function legend(): string {
  const places = [
    [8, 16],
    [88, 16],
    [8, 36],
    [88, 36],
    [148, 36],
    [215, 36],
    [275, 36],
  ];
  const entries = WHO.map((who, n) => {
    const [x, y] = places[n];
    const dash = who === "one thread" ? ` stroke-dasharray="${DASHED}"` : "";
    return `<path d="M${x} ${y - 4}h18" stroke="${COLOUR[who]}" stroke-width="2.5"${dash}/><text x="${x + 23}" y="${y}">${who}</text>`;
  });
  return `<g class="${CHART}">${entries.join("")}</g>`;
}

/** Marks of a logarithmic axis: 1, 2 and 5 of each decade, or its beginning alone where those are many. */
function marksBetween(low: number, high: number): number[] {
  const decades = Array.from({ length: 20 }, (_, n) => 10 ** (n - 10));
  const within = (marks: readonly number[]) => marks.filter((at) => at >= low && at <= high);
  const all = within(decades.flatMap((at) => [at, 2 * at, 5 * at]));
  return all.length > 5 ? within(decades) : all;
}

function panel({ name, fixed, points }: Growth) {
  const times = points.flatMap(({ size, medians }) =>
    Object.entries(medians).map(([who, seconds]) => ({ size, who, seconds })),
  );
  const sizes = points.map(({ size }) => size);
  const all = times.map(({ seconds }) => seconds);
  const marks = marksBetween(Math.min(...all), Math.max(...all));
  return Plot.plot({
    document: emptyDocument(),
    className: CHART,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 54,
    marginRight: 30,
    marginTop: 34,
    marginBottom: 44,
    style: { fontSize: "12px" },
    // Every size has its mark, which the marks of such axes leave out at times.
    x: { type: "log", axis: null },
    y: { type: "log", axis: null },
    marks: [
      Plot.gridX(sizes),
      Plot.gridY(marks),
      Plot.text(sizes, { x: Plot.identity, frameAnchor: "bottom", dy: 16, text: grouped }),
      Plot.text(marks, {
        y: Plot.identity,
        frameAnchor: "left",
        dx: -6,
        textAnchor: "end",
        text: durationText,
      }),
      Plot.text([name], { frameAnchor: "bottom-right", dx: 24, dy: 34, text: Plot.identity }),
      Plot.text([fixed], { frameAnchor: "top-left", dx: -46, dy: -22, text: Plot.identity }),
      ...WHO.map((who) => {
        const own = times.filter((time) => time.who === who);
        return [
          Plot.line(own, {
            x: "size",
            y: "seconds",
            stroke: COLOUR[who],
            strokeWidth: 2,
            ...(who === "one thread" && { strokeDasharray: DASHED }),
          }),
          Plot.dot(own, { x: "size", y: "seconds", fill: COLOUR[who], r: 2.5 }),
        ];
      }),
    ],
  });
}
