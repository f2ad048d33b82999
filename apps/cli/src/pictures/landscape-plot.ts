// An energy landscape as SVG: contours, arrows, memories, ways down and where they end.

import type { FixedPointKind } from "@hamlet/ham";
import * as Plot from "@observablehq/plot";
import { Resvg } from "@resvg/resvg-js";
import { emptyDocument, LETTERS } from "./chart.ts";
import { ENERGY_SCHEME, levelsOf } from "./energy-colours.ts";
import { themed } from "./themed.ts";

type Point = readonly [x: number, y: number];

/** What is drawn; all in the coordinates of the plane. */
export interface LandscapePicture {
  readonly x: Point;
  readonly y: Point;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Energies from the lower left corner, row by row, and how many there are in a row. */
  readonly energies: Float64Array;
  readonly width: number;
  readonly arrows: readonly { readonly from: Point; readonly to: Point }[];
  readonly memories: readonly Point[];
  readonly paths: readonly (readonly Point[])[];
  readonly fixedPoints: readonly { readonly kind: FixedPointKind | null; readonly at: Point }[];
}

const WIDTH = 760;
const MARGIN = { left: 60, right: 110, top: 28, bottom: 46 };
const LEVELS = 18;
/** Rings where a recall can end, crosses on the passes between, triangles on the tops. */
const SIGNS: readonly {
  readonly kinds: readonly (FixedPointKind | null)[];
  readonly symbol: Plot.SymbolType;
}[] = [
  { kinds: ["minimum", null], symbol: "circle" },
  { kinds: ["saddle"], symbol: "times" },
  { kinds: ["maximum"], symbol: "triangle" },
  { kinds: ["degenerate"], symbol: "diamond" },
];

/** Draws a landscape, as wide and as high as its plane asks. */
export function drawLandscape(picture: LandscapePicture): string {
  const { x, y, energies, width } = picture;
  const document = emptyDocument();
  const inner = WIDTH - MARGIN.left - MARGIN.right;
  const ratio = Math.min(1.6, Math.max(0.5, (y[1] - y[0]) / (x[1] - x[0])));
  const lines = picture.paths.flatMap((path, z) => path.map(([px, py]) => ({ px, py, z })));
  const place = ([px, py]: Point) => ({ px, py });
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: Math.round(inner * ratio) + MARGIN.top + MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    style: LETTERS,
    x: { domain: [...x], label: picture.xLabel, labelAnchor: "center", labelArrow: "none" },
    y: { domain: [...y], label: picture.yLabel, labelAnchor: "center", labelArrow: "none" },
    color: ENERGY_SCHEME,
    marks: [
      Plot.contour(Array.from(energies), {
        width,
        height: energies.length / width,
        x1: x[0],
        y1: y[0],
        x2: x[1],
        y2: y[1],
        thresholds: levelsOf(energies, LEVELS),
        fill: (energy: number) => energy,
        stroke: "#555",
        strokeOpacity: 0.35,
        strokeWidth: 0.7,
      }),
      Plot.arrow(picture.arrows, {
        x1: ({ from }: { from: Point }) => from[0],
        y1: ({ from }: { from: Point }) => from[1],
        x2: ({ to }: { to: Point }) => to[0],
        y2: ({ to }: { to: Point }) => to[1],
        stroke: "#444",
        strokeWidth: 0.8,
        strokeOpacity: 0.6,
      }),
      Plot.line(lines, {
        x: "px",
        y: "py",
        z: "z",
        stroke: "#0072b2",
        strokeWidth: 1.3,
        clip: true,
      }),
      Plot.dot(picture.memories.map(place), {
        x: "px",
        y: "py",
        symbol: "star",
        r: 6,
        fill: "black",
        clip: true,
      }),
      ...SIGNS.map(({ kinds, symbol }) =>
        Plot.dot(
          picture.fixedPoints.filter(({ kind }) => kinds.includes(kind)).map(({ at }) => place(at)),
          { x: "px", y: "py", symbol, r: 5, stroke: "#d55e00", strokeWidth: 2.2, clip: true },
        ),
      ),
      Plot.frame({ stroke: "#999" }),
    ],
  });
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const bar = colourBar(plot.scale("color")!, Math.round(inner * ratio));
  return themed(`${plot.outerHTML.replace(/<\/svg>\s*$/, `${bar}</svg>`)}\n`);
}

/** What the colours are worth, beside the picture. */
function colourBar(scale: Plot.Scale, height: number): string {
  const ends = [...(scale.domain as Iterable<number>)];
  const [low, high] = [ends[0], ends.at(-1)!];
  const [x, steps, ticks] = [WIDTH - MARGIN.right + 18, 60, 5];
  const tall = height / steps;
  const y = (share: number) => MARGIN.top + height * (1 - share);
  const energyAt = (share: number) => low + (high - low) * share;
  // Three digits of the whole range: of an energy that is 0 but for rounding, more say nothing.
  const decimals = Math.min(100, Math.max(0, 2 - Math.floor(Math.log10(high - low || 1))));
  const strip = Array.from({ length: steps }, (_, k) => {
    const colour = String(scale.apply(energyAt((k + 0.5) / steps)));
    return `<rect x="${x}" y="${y((k + 1) / steps).toFixed(2)}" width="14" height="${(tall + 0.5).toFixed(2)}" fill="${colour}"/>`;
  });
  const names = Array.from({ length: ticks }, (_, k) => {
    const share = k / (ticks - 1);
    return `<text x="${x + 20}" y="${y(share).toFixed(2)}" dy="0.32em">${Number(energyAt(share).toFixed(decimals))}</text>`;
  });
  return `<g aria-label="colour bar" fill="currentColor" text-anchor="start">${strip.join("")}${names.join("")}<text x="${x}" y="${MARGIN.top - 14}">energy</text></g>`;
}

/** An SVG as a PNG of twice its size. */
export function svgToPng(svg: string): Uint8Array {
  return new Resvg(svg, { fitTo: { mode: "zoom", value: 2 } }).render().asPng();
}
