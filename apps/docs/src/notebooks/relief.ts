// A map as a surface in space, seen from above and the side: where its places are on paper, and its picture.

import { rangeOf } from "../play/colours.ts";
import type { Panel } from "./figure.ts";
import { partOf, pngOf } from "./map-png.ts";

type Values = NonNullable<Panel["map"]>;

/** Where the eye is, in radians: 40° up, and turned so that no edge lies across. */
const [ELEVATION, AZIMUTH] = [(40 * Math.PI) / 180, -Math.PI / 3];
/** Height of the surface against half of its width. */
const HEIGHT = 0.75;
/** Where the axes lie, below the lowest place. */
export const FOOT = -0.85;
/** Half of what the paper shows, in widths of the surface. */
const REACH = 1.66;
const SIDE = 600;
/** A line of the net for so many cells. */
const NET = 4;

/** A place over the plane, whose sides go from −1 to 1, on paper from 0 to 1, and how near it is. */
export function onPaper(x: number, y: number, z: number): [x: number, y: number, near: number] {
  const right = -Math.sin(AZIMUTH) * x + Math.cos(AZIMUTH) * y;
  const front = Math.cos(AZIMUTH) * x + Math.sin(AZIMUTH) * y;
  const up = Math.cos(ELEVATION) * z - Math.sin(ELEVATION) * front;
  const near = Math.cos(ELEVATION) * front + Math.sin(ELEVATION) * z;
  return [(right / REACH + 1) / 2, (up / REACH + 1) / 2, near];
}

/** How high a map is over a place of the plane: −{@link HEIGHT} to {@link HEIGHT}; what is no number is high. */
export function heightsOf({ columns, values }: Values): (x: number, y: number) => number {
  const [low, high] = rangeOf(values);
  const rows = values.length / columns;
  return (x, y) => {
    const column = Math.round(((x + 1) / 2) * (columns - 1));
    const value = values[Math.round(((y + 1) / 2) * (rows - 1)) * columns + column] ?? high;
    return HEIGHT * (2 * ((value - low) / (high - low || 1)) - 1);
  };
}

/** The surface as a PNG in the colours of maps; what is beside it is clear. */
export function reliefPng(map: Values): Uint8Array<ArrayBuffer> {
  const { columns, values } = map;
  const rows = values.length / columns;
  const heightAt = heightsOf(map);
  const part = partOf(values);
  const corner = (column: number, row: number) => {
    const [x, y] = [(2 * column) / (columns - 1) - 1, (2 * row) / (rows - 1) - 1];
    return onPaper(x, y, heightAt(x, y));
  };
  const cells = Array.from({ length: (rows - 1) * (columns - 1) }, (_, k) => {
    const [column, row] = [k % (columns - 1), Math.floor(k / (columns - 1))];
    const corners = [
      corner(column, row),
      corner(column + 1, row),
      corner(column + 1, row + 1),
      corner(column, row + 1),
    ];
    const lines = [row % NET === 0, false, false, column % NET === 0];
    return { corners, lines, colour: part(values[row * columns + column] ?? Infinity) };
  });
  const data = new Uint8Array(SIDE * SIDE);
  const near = ({ corners }: (typeof cells)[number]) =>
    corners.reduce((sum, [, , each]) => sum + each, 0);
  for (const { corners, lines, colour } of cells.toSorted((a, b) => near(a) - near(b))) {
    const at = corners.map(([x, y]) => [x * SIDE, (1 - y) * SIDE] as const);
    fill(data, at, colour);
    for (const [k, isLine] of lines.entries()) {
      if (isLine) draw(data, at[k], at[(k + 1) % 4], Math.max(1, colour - 45));
    }
  }
  return pngOf(data, SIDE);
}

type Spot = readonly [x: number, y: number];

/** Fills a polygon row by row, its edges included, so that no seam stays open. */
function fill(data: Uint8Array, corners: readonly Spot[], colour: number): void {
  const ys = corners.map(([, y]) => y);
  for (let row = Math.floor(Math.min(...ys)); row <= Math.max(...ys); row++) {
    let [left, right] = [Infinity, -Infinity];
    for (const [k, [x, y]] of corners.entries()) {
      const [nextX, nextY] = corners[(k + 1) % corners.length];
      const [low, high] = [Math.min(y, nextY), Math.max(y, nextY)];
      if (high < row || low > row + 1) continue;
      for (const at of [Math.max(low, row), Math.min(high, row + 1)]) {
        const along = high === low ? 0 : (at - y) / (nextY - y);
        left = Math.min(left, x + along * (nextX - x));
        right = Math.max(right, x + along * (nextX - x));
      }
    }
    for (let column = Math.floor(left); column <= right; column++)
      data[row * SIDE + column] = colour;
  }
}

function draw(data: Uint8Array, [x, y]: Spot, [toX, toY]: Spot, colour: number): void {
  const steps = Math.ceil(Math.max(Math.abs(toX - x), Math.abs(toY - y), 1));
  for (let k = 0; k <= steps; k++) {
    const column = Math.floor(x + (k / steps) * (toX - x));
    data[Math.floor(y + (k / steps) * (toY - y)) * SIDE + column] = colour;
  }
}
