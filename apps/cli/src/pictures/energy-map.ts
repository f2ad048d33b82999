// Energies over the plane as maps beside each other: colours and contours, arrows of the score,
// patterns, samples, and what is written beside them.
//
//     const grid = gridPoints();                           // 75 by 75 points, row by row
//     const [energies] = energiesOf(await logLikelihood(score, grid, { noise, t }));
//     drawEnergyMaps([[{ title: "exact", energies, columns: 75, patterns: { points } }, learned]]);

import type { Points } from "@hamlet/diffusion";
import * as Plot from "@observablehq/plot";
import { COLOURS, emptyDocument } from "./chart.ts";
import { ENERGY_SCHEME, levelsOf, rangeOf } from "./energy-colours.ts";
import { drawTiles } from "./tiles.ts";

/** Points, and the energies that are written beside them. */
export interface Annotated {
  readonly points: Points;
  readonly energies?: Float64Array;
}

/** One map; all in the coordinates of the plane. */
export interface EnergyMap {
  readonly title?: string;
  /** Default −1.5 to 1.5, as that of `gridPoints`. */
  readonly x?: readonly [low: number, high: number];
  readonly y?: readonly [low: number, high: number];
  /** Energies from the lower left corner, row by row, and how many there are in a row. */
  readonly energies: Float64Array;
  readonly columns: number;
  /** Scores `[n, 2]` at points; the longest is drawn 0.09 of the map wide. */
  readonly arrows?: { readonly points: Points; readonly scores: Float64Array };
  /** Radius of a circle around the origin on which the data lie. */
  readonly circle?: number;
  /** Stars. */
  readonly patterns?: Annotated;
  /** Crosses: centres of clusters, or minima. */
  readonly centers?: Annotated;
  /** Dots, in a colour for each label. */
  readonly samples?: { readonly points: Points; readonly labels?: Int32Array };
}

const CELL = { width: 330, height: 350 };
const MARGIN = { left: 34, right: 10, top: 28, bottom: 26 };
const BOUNDS = [-1.5, 1.5] as const;
/** What the number beside a point takes. */
const LABEL = { width: 32, height: 12, beside: 8 };
const LEVELS = 18;
const LONGEST = 0.09;

/** Draws rows of maps. */
export function drawEnergyMaps(rows: readonly (readonly EnergyMap[])[]): string {
  return drawTiles(
    rows.map((row) => row.map(drawMap)),
    CELL,
  );
}

function drawMap(map: EnergyMap): string {
  const { title, x = BOUNDS, y = BOUNDS } = map;
  const plot = Plot.plot({
    document: emptyDocument(),
    ...CELL,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    style: { fontSize: "12px" },
    x: { domain: [...x], ticks: 4, label: null },
    y: { domain: [...y], ticks: 4, label: null },
    color: ENERGY_SCHEME,
    marks: [
      contours(map, { x, y }),
      arrowsOf(map, { x, y }),
      circleOf(map.circle),
      samplesOf(map),
      starsOf(map.patterns),
      crossesOf(map.centers),
      ...labelsOf(map, { x, y }),
      Plot.frame({ stroke: "#999" }),
      title === undefined ? null : titleOf(title),
    ],
  });
  return plot.outerHTML;
}

interface Plane {
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

function contours({ energies, columns }: EnergyMap, { x, y }: Plane): Plot.Markish {
  return Plot.contour(Array.from(energies), {
    width: columns,
    height: energies.length / columns,
    x1: x[0],
    y1: y[0],
    x2: x[1],
    y2: y[1],
    thresholds: levelsOf(energies, LEVELS),
    fill: (energy: number) => energy,
    stroke: "#555",
    strokeOpacity: 0.35,
    strokeWidth: 0.6,
  });
}

/** Arrows along the score, white where the map is dark. */
function arrowsOf(map: EnergyMap, plane: Plane): Plot.Markish {
  if (map.arrows === undefined) return null;
  const { points, scores } = map.arrows;
  const isDark = makeIsDark(map, plane);
  const rows = rowsOf({ points }).map((row) => {
    const [sx, sy] = pairAt(scores, row.i);
    return { ...row, sx, sy };
  });
  const longest = rows.reduce((most, { sx, sy }) => Math.max(most, Math.hypot(sx, sy)), 0) || 1;
  const scale = (LONGEST * (plane.x[1] - plane.x[0])) / longest;
  return Plot.arrow(rows, {
    x1: "px",
    y1: "py",
    x2: ({ px, sx }: (typeof rows)[number]) => px + scale * sx,
    y2: ({ py, sy }: (typeof rows)[number]) => py + scale * sy,
    stroke: ({ px, py }: Row) => (isDark(px, py) ? "white" : "#222"),
    strokeWidth: 0.8,
    strokeOpacity: 0.75,
    headLength: 5,
    clip: true,
  });
}

/** Whether the energy at a point is in the lower half of its range, which is the dark one. */
function makeIsDark({ energies, columns }: EnergyMap, { x, y }: Plane) {
  const [low, high] = rangeOf(energies);
  const rows = energies.length / columns;
  return (px: number, py: number): boolean => {
    const column = Math.round(((px - x[0]) / (x[1] - x[0])) * (columns - 1));
    const row = Math.round(((py - y[0]) / (y[1] - y[0])) * (rows - 1));
    return energies[row * columns + column] < (low + high) / 2;
  };
}

function circleOf(radius: number | undefined): Plot.Markish {
  if (radius === undefined) return null;
  const around = Array.from({ length: 181 }, (_, i) => (Math.PI * i) / 90);
  return Plot.line(around, {
    x: (angle: number) => radius * Math.cos(angle),
    y: (angle: number) => radius * Math.sin(angle),
    stroke: "white",
    strokeDasharray: "4 4",
    strokeOpacity: 0.8,
    clip: true,
  });
}

function samplesOf({ samples }: EnergyMap): Plot.Markish {
  if (samples === undefined) return null;
  const rows = rowsOf(samples);
  const colour = (label: number) => COLOURS[label % COLOURS.length];
  return Plot.dot(rows, {
    x: "px",
    y: "py",
    r: 1.3,
    fill: ({ i }: Row) => colour(samples.labels?.[i] ?? 0),
    fillOpacity: 0.5,
    clip: true,
  });
}

function starsOf(patterns: Annotated | undefined): Plot.Markish {
  if (patterns === undefined) return null;
  return Plot.dot(rowsOf(patterns), {
    x: "px",
    y: "py",
    symbol: "star",
    r: 5,
    fill: "#cc79a7",
    stroke: "black",
    strokeWidth: 0.8,
    clip: true,
  });
}

function crossesOf(centers: Annotated | undefined): Plot.Markish {
  if (centers === undefined) return null;
  const look = { symbol: "times", r: 4, stroke: "#f0e442", strokeWidth: 2.4 } as const;
  return Plot.dot(rowsOf(centers), { x: "px", y: "py", ...look, clip: true });
}

/** A number to the right of its point, or to the left. */
interface Label extends Row {
  readonly side: 1 | -1;
  readonly text: string;
}

/** Energies to the right of patterns and to the left of centers, none on top of another. */
function labelsOf({ patterns, centers }: EnergyMap, plane: Plane): Plot.Markish[] {
  const labels = apart([...besides(patterns, 1), ...besides(centers, -1)], plane);
  return ([1, -1] as const).map((side) =>
    Plot.text(
      labels.filter((label) => label.side === side),
      {
        x: "px",
        y: "py",
        text: "text",
        dx: LABEL.beside * side,
        textAnchor: side > 0 ? "start" : "end",
        fill: "white",
        stroke: "#222",
        strokeWidth: 2.5,
        fontSize: 12,
        fontWeight: 600,
        clip: true,
      },
    ),
  );
}

function besides(annotated: Annotated | undefined, side: 1 | -1): Label[] {
  const { energies } = annotated ?? {};
  if (annotated === undefined || energies === undefined) return [];
  return rowsOf(annotated).map((row) => ({ ...row, side, text: energies[row.i].toFixed(2) }));
}

/** Labels moved up and down: of two that are closer than a label is large, each gives way by half. */
function apart(labels: readonly Label[], { x, y }: Plane): Label[] {
  const pixel = (x[1] - x[0]) / (CELL.width - MARGIN.left - MARGIN.right);
  const high = (LABEL.height * (y[1] - y[0])) / (CELL.height - MARGIN.top - MARGIN.bottom);
  const middle = ({ px, side }: Label) => px + side * (LABEL.beside + LABEL.width / 2) * pixel;
  const places = labels.map((label) => ({ ...label })).sort((a, b) => a.py - b.py);
  for (let pass = 0; pass < places.length; pass++) {
    for (const [k, above] of places.entries()) {
      for (const below of places.slice(0, k)) {
        const missing = high - (above.py - below.py);
        const isBeside = Math.abs(middle(above) - middle(below)) >= LABEL.width * pixel;
        if (missing <= 0 || isBeside) continue;
        above.py += missing / 2;
        below.py -= missing / 2;
      }
    }
  }
  return places;
}

function titleOf(title: string): Plot.Markish {
  return Plot.text([title], {
    text: (line: string) => line,
    frameAnchor: "top",
    dy: -18,
    fontSize: 13,
    fontWeight: 600,
  });
}

interface Row {
  px: number;
  py: number;
  readonly i: number;
}

function rowsOf({ points }: { readonly points: Points }): Row[] {
  return Array.from({ length: points.shape[0] }, (_, i) => {
    const [px, py] = pairAt(points.data, i);
    return { px, py, i };
  });
}

function pairAt(pairs: Float64Array, i: number): [number, number] {
  return [pairs[2 * i], pairs[2 * i + 1]];
}
