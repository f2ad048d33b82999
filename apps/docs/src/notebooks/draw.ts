// Panels as SVG, in colours of the page: one look for all figures, in light and in the dark.

import { ticksOf, shortly } from "../play/ticks.ts";
import type { Axis, Mark, Panel } from "./figure.ts";
import { FOOT, onPaper } from "./relief.ts";

/**
 * A panel is so many units wide. At its narrowest, 270 px, a letter of 13 units is 11 px high; without axes
 * it may be 130 px, and its letters are of 28 units.
 */
const WIDTH = 320;
const PLOT_HEIGHT = 250;
const MARGIN = { left: 52, right: 14, top: 26, bottom: 42 };
/** What stands left of the numbers of an axis that goes up, and the most that one of their digits takes. */
const [BESIDE, DIGIT] = [27, 8];
const BARE = { left: 2, right: 2, top: 34, bottom: 2 };

/** Outlines of what is no line and no dot, about 0. */
export const SIGNS = {
  stars: "M0-8 2.2-2.6 8-2.6 3.6 1.6 5.2 7.4 0 4-5.2 7.4-3.6 1.6-8-2.6-2.2-2.6Z",
  crosses: "M-5-5 5 5M-5 5 5-5",
};

/** Where a panel has its picture, in units, and how large it is. */
export function frameOf({ y, map, square, bare, relief }: Panel) {
  // Numbers as long as −1200 keep clear of what their axis is called.
  const longest = Math.max(0, ...ticks(y).map((value) => shortly(value).length));
  const margin =
    bare === true || relief === true
      ? BARE
      : { ...MARGIN, left: Math.max(MARGIN.left, BESIDE + DIGIT * longest) };
  const inner = WIDTH - margin.left - margin.right;
  const isSquare = map !== undefined || square === true || bare === true;
  const height = isSquare ? inner + margin.top + margin.bottom : PLOT_HEIGHT;
  return {
    width: WIDTH,
    height,
    x: margin.left,
    y: margin.top,
    inner: { width: inner, height: height - margin.top - margin.bottom },
  };
}

/** The inside of a panel's SVG: axes, marks and title; its map lies below. */
export function drawPanel(panel: Panel): string {
  const { title, x, y, map, bare, relief, marks } = panel;
  const { x: left, y: top, inner } = frameOf(panel);
  const across = scaleOf(x, left, left + inner.width);
  const up = scaleOf(y, top + inner.height, top);
  const clip = "overflow: hidden";
  if (relief === true) {
    const paper = { label: "", low: 0, high: 1 };
    const right = scaleOf(paper, left, left + inner.width);
    return drawRelief(panel, right, scaleOf(paper, top + inner.height, top));
  }
  return [
    ...(bare === true ? [] : axes({ x, y, left, top, inner, across, up, over: map !== undefined })),
    title === undefined ? "" : text(title, left + inner.width / 2, top - 9, "middle", "title"),
    `<svg x="${left}" y="${top}" width="${inner.width}" height="${inner.height}" viewBox="${left} ${top} ${inner.width} ${inner.height}" style="${clip}">`,
    ...marks.map((mark) => drawMark(mark, across, up, map !== undefined)),
    "</svg>",
    ...marks.flatMap((mark) => labelsOf(mark, { across, up, over: map !== undefined })),
  ].join("");
}

/** A surface has its axes at its foot; what stands on it is drawn as elsewhere. */
function drawRelief({ title, x, y, marks }: Panel, across: Scale, up: Scale): string {
  const foot = (u: number, v: number) => {
    const [px, py] = onPaper(u, v, FOOT);
    return [across(px), up(py)] as const;
  };
  const said = [
    [x.label, ...foot(0, -1.16)],
    [shortly(x.low), ...foot(-0.96, -1.1)],
    [shortly(x.high), ...foot(0.84, -1.12)],
    [y.label, ...foot(1.16, 0)],
    [shortly(y.low), ...foot(1.14, -0.78)],
    [shortly(y.high), ...foot(1.1, 0.96)],
  ] as const;
  const edge = [foot(-1, -1), foot(1, -1), foot(1, 1)].map(([px, py]) => `${n(px)} ${n(py)}`);
  return [
    title === undefined ? "" : text(title, WIDTH / 2, 16, "middle", "title"),
    `<path class="frame" d="M${edge.join("L")}"/>`,
    ...said.map(([label, px, py]) => text(label, px, py + 4, "middle")),
    ...marks.map((mark) => drawMark(mark, across, up, true)),
  ].join("");
}

type Scale = (value: number) => number;

function scaleOf({ low, high, log }: Axis, from: number, to: number): Scale {
  const at = log === true ? Math.log : (value: number) => value;
  return (value) => from + ((at(value) - at(low)) / (at(high) - at(low))) * (to - from);
}

function ticks({ low, high, log }: Axis): number[] {
  if (log !== true) return ticksOf(low, high, 4);
  const powers = ticksOf(Math.ceil(Math.log10(low)), Math.floor(Math.log10(high)), 4);
  const decades = powers.filter(Number.isInteger).map((power) => 10 ** power);
  if (decades.length > 1) return decades;
  return [1, 2, 5]
    .flatMap((digit) => [-3, -2, -1, 0, 1, 2].map((power) => digit * 10 ** power))
    .filter((value) => value >= low && value <= high);
}

function axes(of: {
  readonly x: Axis;
  readonly y: Axis;
  readonly left: number;
  readonly top: number;
  readonly inner: { readonly width: number; readonly height: number };
  readonly across: Scale;
  readonly up: Scale;
  readonly over: boolean;
}): string[] {
  const { x, y, left, top, inner, across, up, over } = of;
  const [right, bottom] = [left + inner.width, top + inner.height];
  const middle = top + inner.height / 2;
  return [
    ...ticks(x).flatMap((value) => {
      const at = across(value);
      const grid = over ? `M${n(at)} ${bottom}v4` : `M${n(at)} ${top}V${bottom + 4}`;
      return [`<path class="grid" d="${grid}"/>`, text(shortly(value), at, bottom + 17, "middle")];
    }),
    ...ticks(y).flatMap((value) => {
      const at = up(value);
      const grid = over ? `M${left - 4} ${n(at)}h4` : `M${left - 4} ${n(at)}H${right}`;
      return [`<path class="grid" d="${grid}"/>`, text(shortly(value), left - 7, at + 4, "end")];
    }),
    `<rect class="frame" x="${left}" y="${top}" width="${inner.width}" height="${inner.height}"/>`,
    text(x.label, left + inner.width / 2, bottom + 35, "middle"),
    `<text transform="translate(12 ${n(middle)}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
  ];
}

function drawMark(mark: Mark, across: Scale, up: Scale, over: boolean): string {
  const { as, ink, points, errors, dashed, radius = 3 } = mark;
  const colour = `ink${ink}${over ? " over" : ""}`;
  const at = points.map((point) => point.map((value, d) => (d % 2 === 0 ? across : up)(value)));
  switch (as) {
    case "line": {
      const d = at.map(([x, y]) => `${n(x)} ${n(y)}`).join("L");
      return `<path class="line ${colour}"${dashed === true ? ' stroke-dasharray="5 5"' : ""} d="M${d}"/>`;
    }
    case "arrows":
      return `<path class="arrow ${colour}" d="${at.map(arrow).join("")}"/>`;
    case "dots": {
      // One path with round ends: a thousand circles would weigh ten times as much.
      const d = at.map(([x, y]) => `M${n(x)} ${n(y)}h0`).join("");
      const bars = errors === undefined ? "" : errorBars(mark, across, up, colour);
      return `${bars}<path class="dots ${colour}" stroke-width="${2 * radius}" d="${d}"/>`;
    }
    case "stars":
      return signs(at, SIGNS.stars, `star ${colour}`);
    case "crosses":
      return signs(at, SIGNS.crosses, `cross ${colour}`);
  }
}

function signs(at: readonly (readonly number[])[], d: string, look: string): string {
  return at
    .map(([x, y]) => `<path class="${look}" transform="translate(${n(x)} ${n(y)})" d="${d}"/>`)
    .join("");
}

/** Two standard errors to each side. */
function errorBars(
  { points, errors = [] }: Mark,
  across: Scale,
  up: Scale,
  colour: string,
): string {
  const d = points
    .map(([x, y], k) => [across(x), up(y - 2 * errors[k]), up(y + 2 * errors[k])])
    .filter((bar) => bar.every(Number.isFinite))
    .map(([x, low, high]) => `M${n(x)} ${n(low)}V${n(high)}`);
  return `<path class="error ${colour}" d="${d.join("")}"/>`;
}

/** In whole units: arrows are many. */
function arrow([x, y, toX, toY]: readonly number[]): string {
  const [dx, dy] = [toX - x, toY - y];
  const length = Math.hypot(dx, dy);
  if (length < 4) return "";
  const [ux, uy] = [(4 * dx) / length, (4 * dy) / length];
  const points = [
    [x, y],
    [toX, toY],
    [toX - ux + uy / 2, toY - uy - ux / 2],
    [toX, toY],
    [toX - ux - uy / 2, toY - uy + ux / 2],
  ];
  return `M${points.map((point) => point.map(Math.round).join(" ")).join("L")}`;
}

/** What stands beside points, to the left of crosses and to the right of all others. */
function labelsOf(
  { as, points, radius = 6, labels = [] }: Mark,
  { across, up, over }: { readonly across: Scale; readonly up: Scale; readonly over: boolean },
): string[] {
  const side = as === "crosses" ? -1 : 1;
  return labels.map((label, k) =>
    text(
      label,
      across(points[k][0]) + (radius + 4) * side,
      up(points[k][1]) + 4,
      side > 0 ? "start" : "end",
      over ? "beside" : "name",
    ),
  );
}

function text(value: string, x: number, y: number, anchor: string, look?: string): string {
  const named = look === undefined ? "" : ` class="${look}"`;
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}"${named}>${escaped(value)}</text>`;
}

/** A text as it stands in markup. */
export function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** A coordinate: a tenth of a unit is less than a pixel. */
function n(value: number): string {
  return String(Math.round(10 * value) / 10);
}
