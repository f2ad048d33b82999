// Square panels in rows as one SVG: landscapes as colours, with points and paths on them.

import { encode } from "fast-png";
import * as Plot from "@observablehq/plot";
import { emptyDocument } from "./chart.ts";
import { rangeOf } from "./energy-colours.ts";
import { CHART } from "./themed.ts";
import { drawTiles } from "./tiles.ts";

/** Points or a path of one look. */
export interface PanelMarks {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly colour: string;
  /** Default `dots`. */
  readonly as?: "dots" | "stars" | "line";
  /** Radius of a dot; default 1.6. */
  readonly radius?: number;
}

/** One panel. */
export interface Panel {
  readonly title?: string;
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Values over the panel, from its lower left corner, row by row. */
  readonly field?: { readonly values: ArrayLike<number>; readonly width: number };
  readonly marks: readonly PanelMarks[];
}

export const INK = { memory: "#111111", exact: "#0072b2", approx: "#d55e00", slate: "#777777" };

const SIZE = 210;
const MARGIN = { left: 50, right: 12, top: 24, bottom: 34 };

const AXIS = { ticks: 4, labelAnchor: "center", labelArrow: "none" } as const;

/** Draws rows of panels. */
export function drawPanels(rows: readonly (readonly Panel[])[]): string {
  return drawTiles(
    rows.map((row) => row.map(drawPanel)),
    { width: SIZE, height: SIZE },
  );
}

function drawPanel({ title, x, y, xLabel, yLabel, field, marks }: Panel): string {
  const document = emptyDocument();
  const inner = {
    width: SIZE - MARGIN.left - MARGIN.right,
    height: SIZE - MARGIN.top - MARGIN.bottom,
  };
  const plot = Plot.plot({
    document,
    width: SIZE,
    height: SIZE,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    ...(field === undefined && { className: CHART }),
    style: { fontSize: "12px" },
    x: { ...AXIS, domain: [...x], label: xLabel ?? null },
    y: { ...AXIS, domain: [...y], label: yLabel ?? null },
    marks: [
      ...(field === undefined
        ? []
        : [
            Plot.image([picture(field)], {
              src: (source: string) => source,
              frameAnchor: "middle",
              width: inner.width,
              height: inner.height,
              preserveAspectRatio: "none",
              imageRendering: "pixelated",
            }),
          ]),
      Plot.frame({ stroke: "#999" }),
      ...marks.map(({ points, colour, as = "dots", radius = 1.6 }) => {
        const data = points.map(([px, py]) => ({ px, py }));
        const place = { x: "px", y: "py", clip: true };
        if (as === "line") return Plot.line(data, { ...place, stroke: colour, strokeWidth: 1.2 });
        const look = as === "stars" ? ({ symbol: "star", r: 4 } as const) : { r: radius };
        return Plot.dot(data, { ...place, ...look, fill: colour });
      }),
      ...(title === undefined
        ? []
        : [
            Plot.text([title], {
              text: (line: string) => line,
              frameAnchor: "top",
              dy: -16,
              fontWeight: 600,
            }),
          ]),
    ],
  });
  return plot.outerHTML;
}

/** A field as a picture: violet where it is low, green where it is high, grey where it is no number. */
function picture({ values, width }: NonNullable<Panel["field"]>): string {
  const height = values.length / width;
  const [low, high] = rangeOf(values);
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = values[(height - 1 - row) * width + column];
      data.set(colourOf((value - low) / (high - low || 1)), (row * width + column) * 3);
    }
  }
  const png = encode({ width, height, data, channels: 3, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

/** Violet, white, green: also told apart by who cannot see red or green. */
const STOPS = [
  [118, 42, 131],
  [194, 165, 207],
  [247, 247, 247],
  [166, 219, 160],
  [27, 120, 55],
] as const;
const NO_NUMBER = [119, 119, 119];

function colourOf(level: number): readonly number[] {
  if (Number.isNaN(level)) return NO_NUMBER;
  const place = Math.min(1, Math.max(0, level)) * (STOPS.length - 1);
  const stop = Math.min(STOPS.length - 2, Math.floor(place));
  const part = place - stop;
  return STOPS[stop].map((from, i) => Math.round(from + part * (STOPS[stop + 1][i] - from)));
}
