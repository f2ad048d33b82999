// Energies over the plane as surfaces in space, seen from above and the side.
//
//     drawEnergySurfaces([[{ title: "exact", energies, columns: 75, patterns }, learned]]);

import type { Points } from "@hamlet/diffusion";
import { energyColours, rangeOf } from "./energy-colours.ts";
import { drawTiles } from "./tiles.ts";

/** One surface; all in the coordinates of the plane. */
export interface EnergySurface {
  readonly title?: string;
  /** Default −1.5 to 1.5, as that of `gridPoints`. */
  readonly x?: readonly [low: number, high: number];
  readonly y?: readonly [low: number, high: number];
  /** Energies from the lower left corner, row by row, and how many there are in a row. */
  readonly energies: Float64Array;
  readonly columns: number;
  /** Dots on the surface. */
  readonly patterns?: Points;
}

const CELL = { width: 330, height: 340 };
const SCALE = 98;
/** Height of the surface against half of its width. */
const HEIGHT = 0.7;
/** Cells along a side, at most: more make the file long and nothing clearer. */
const CELLS = 40;
const BOUNDS = [-1.5, 1.5] as const;

/** Where the eye is, in radians: 45° up, and turned so that no edge lies across. */
const ELEVATION = Math.PI / 4;
const AZIMUTH = -Math.PI / 3;

type Place = readonly [x: number, y: number, z: number];

/** Draws rows of surfaces. */
export function drawEnergySurfaces(rows: readonly (readonly EnergySurface[])[]): string {
  return drawTiles(
    rows.map((row) => row.map(drawSurface)),
    CELL,
  );
}

function drawSurface(surface: EnergySurface): string {
  const { title, patterns } = surface;
  const heightAt = makeHeights(surface);
  const dots = patterns === undefined ? [] : dotsOf(surface, patterns, heightAt);
  const heading =
    title === undefined
      ? ""
      : `<text x="${CELL.width / 2}" y="18" text-anchor="middle" font-family="system-ui, sans-serif" font-size="18" font-weight="600">${escaped(title)}</text>`;
  return [cellsOf(surface, heightAt), ...dots, heading].join("");
}

/** The height of the surface, −1 to 1 times its scale, at a column and a row. */
function makeHeights({ energies, columns }: EnergySurface) {
  const [low, high] = rangeOf(energies);
  return (column: number, row: number) => {
    const energy = energies[row * columns + column];
    const level = Number.isFinite(energy) ? (energy - low) / (high - low || 1) : 1;
    return HEIGHT * (2 * level - 1);
  };
}

/** The cells of the surface from the farthest to the nearest, so that what is near covers. */
function cellsOf({ energies, columns }: EnergySurface, heightAt: (c: number, r: number) => number) {
  const rows = energies.length / columns;
  const [across, along] = [edgesOf(columns), edgesOf(rows)];
  const colour = energyColours(energies);
  const corner = (column: number, row: number): Place => [
    (2 * column) / (columns - 1) - 1,
    (2 * row) / (rows - 1) - 1,
    heightAt(column, row),
  ];
  const quads = along.slice(1).flatMap((top, r) =>
    across.slice(1).map((right, c) => {
      const [left, bottom] = [across[c], along[r]];
      const corners = [
        corner(left, bottom),
        corner(right, bottom),
        corner(right, top),
        corner(left, top),
      ];
      const middle = Math.round((top + bottom) / 2) * columns + Math.round((left + right) / 2);
      const nearness = corners.reduce((sum, place) => sum + nearnessOf(place), 0);
      return { corners, nearness, fill: colour(energies[middle]) };
    }),
  );
  const paths = quads
    .toSorted((a, b) => a.nearness - b.nearness)
    .map(({ corners, fill }) => `<path fill="${fill}" d="M${corners.map(placeOf).join("L")}Z"/>`);
  // Lines close the seams between cells, and let the shape be seen.
  return `<g stroke="#1d3557" stroke-opacity=".18" stroke-width=".5">${paths.join("")}</g>`;
}

function placeOf(place: Place): string {
  return onPaper(place)
    .map((value) => value.toFixed(1))
    .join(" ");
}

/** Columns or rows where cells meet: all of them, or forty steps as equal as they come. */
function edgesOf(count: number): number[] {
  const cells = Math.min(CELLS, count - 1);
  return Array.from({ length: cells + 1 }, (_, i) => Math.round((i * (count - 1)) / cells));
}

function dotsOf(
  { x = BOUNDS, y = BOUNDS, energies, columns }: EnergySurface,
  patterns: Points,
  heightAt: (c: number, r: number) => number,
): string[] {
  const rows = energies.length / columns;
  return Array.from({ length: patterns.shape[0] }, (_, i) => {
    const u = (patterns.data[2 * i] - x[0]) / (x[1] - x[0]);
    const v = (patterns.data[2 * i + 1] - y[0]) / (y[1] - y[0]);
    if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1)) return "";
    const height = heightAt(Math.round(u * (columns - 1)), Math.round(v * (rows - 1)));
    const [cx, cy] = onPaper([2 * u - 1, 2 * v - 1, height]);
    return `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3.5" fill="#cc79a7" stroke="black" stroke-width=".8"/>`;
  });
}

/** Parallel lines stay parallel: a place as the eye sees it. */
function onPaper([x, y, z]: Place): [number, number] {
  const right = -Math.sin(AZIMUTH) * x + Math.cos(AZIMUTH) * y;
  const back = Math.cos(AZIMUTH) * x + Math.sin(AZIMUTH) * y;
  const up = Math.cos(ELEVATION) * z - Math.sin(ELEVATION) * back;
  return [CELL.width / 2 + SCALE * right, CELL.height / 2 + 22 - SCALE * up];
}

function nearnessOf([x, y, z]: Place): number {
  const back = Math.cos(AZIMUTH) * x + Math.sin(AZIMUTH) * y;
  return Math.cos(ELEVATION) * back + Math.sin(ELEVATION) * z;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
