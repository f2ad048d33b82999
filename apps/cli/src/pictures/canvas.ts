// A small canvas of 8-bit RGB pixels, and grey pictures on it.

import { encode } from "fast-png";

export type Colour = readonly [red: number, green: number, blue: number];

export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

export function makeCanvas(width: number, height: number, background: Colour): Canvas {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < pixels.length; i += 3) pixels.set(background, i);
  return { width, height, pixels };
}

/** Fills a rectangle. */
export function fill(
  canvas: Canvas,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  colour: Colour,
): void {
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) {
      canvas.pixels.set(colour, (row * canvas.width + column) * 3);
    }
  }
}

/** Draws a line two pixels wide. */
export function drawLine(
  canvas: Canvas,
  from: { x: number; y: number },
  to: { x: number; y: number },
  colour: Colour,
): void {
  const length = Math.max(1, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  for (let k = 0; k <= length; k++) {
    const x = Math.round(from.x + ((to.x - from.x) * k) / length);
    const y = Math.round(from.y + ((to.y - from.y) * k) / length);
    fill(canvas, { x, y, width: 2, height: 2 }, colour);
  }
}

/** Draws a grey picture with entries from 0 (paper) to 1 (ink), every pixel `scale` wide. */
export function drawPicture(
  canvas: Canvas,
  at: { x: number; y: number },
  picture: { width: number; height: number; ink: ArrayLike<number> },
  scale: number,
): void {
  for (let row = 0; row < picture.height; row++) {
    for (let column = 0; column < picture.width; column++) {
      const ink = Math.min(1, Math.max(0, picture.ink[row * picture.width + column]));
      const grey = Math.round(255 * (1 - ink));
      const place = {
        x: at.x + column * scale,
        y: at.y + row * scale,
        width: scale,
        height: scale,
      };
      fill(canvas, place, [grey, grey, grey]);
    }
  }
}

/** The canvas as a PNG file. */
export function toPng({ width, height, pixels }: Canvas): Uint8Array {
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}
