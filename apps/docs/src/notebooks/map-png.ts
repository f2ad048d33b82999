// The map of a panel as a picture file, a pixel for every value, in the colours of the playground.

import { encode } from "fast-png";
import { colourOf, rangeOf } from "../play/colours.ts";
import type { Panel } from "./figure.ts";

/** Colours of a palette beside the clear one, which has to be its first. */
const COLOURS = 255;
const PALETTE = [
  [255, 255, 255, 0],
  ...Array.from({ length: COLOURS }, (_, k) => [
    ...colourOf(k / (COLOURS - 1)).map(Math.round),
    255,
  ]),
] as [number, number, number, number][];

/** The colours of values: where each stands in the palette. */
export function partOf(values: Iterable<number | null>): (value: number) => number {
  const [low, high] = rangeOf(values);
  return (value) => 1 + Math.round((COLOURS - 1) * Math.min(1, (value - low) / (high - low || 1)));
}

/** A PNG with a palette: the lowest value is dark; what is no number is clear. */
export function mapPng({ columns, values }: NonNullable<Panel["map"]>): Uint8Array<ArrayBuffer> {
  const height = values.length / columns;
  const part = partOf(values);
  const data = new Uint8Array(values.length);
  for (const [k, value] of values.entries()) {
    if (value === null) continue;
    // The first row of values is the last of the picture.
    const row = height - 1 - Math.floor(k / columns);
    data[row * columns + (k % columns)] = part(value);
  }
  return pngOf(data, columns);
}

/** A picture of so many columns, each pixel by its place in the palette. */
export function pngOf(data: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const picture = {
    width,
    height: data.length / width,
    data,
    channels: 1,
    depth: 8,
    palette: PALETTE,
  } as const;
  return new Uint8Array(encode(picture, { zlib: { level: 9 } }));
}
