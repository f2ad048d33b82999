// A sheet of digits: for every kind of damage three rows, damaged, recalled and original.

import { type Canvas, type Colour, drawPicture, fill, makeCanvas } from "./canvas.ts";

/** One kind of damage: the same digits three times, `[count, height, width]`, ink from 0 to 1. */
export interface SheetGroup {
  readonly damaged: Float32Array;
  readonly recalled: Float32Array;
  readonly original: Float32Array;
}

export interface SheetOptions {
  readonly height: number;
  readonly width: number;
  /** Digits in a row. */
  readonly columns: number;
  /** Width of one pixel on the sheet. */
  readonly scale?: number;
}

const PAPER: Colour = [250, 250, 247];
/** The colour at the left of a row says what it shows. */
const ROWS: readonly { part: keyof SheetGroup; colour: Colour }[] = [
  { part: "damaged", colour: [213, 94, 0] },
  { part: "recalled", colour: [0, 114, 178] },
  { part: "original", colour: [120, 120, 120] },
];
const GAP = 6;
const STRIPE = 8;

/** Draws the sheet. */
export function drawSheet(
  groups: readonly SheetGroup[],
  { height, width, columns, scale = 7 }: SheetOptions,
): Canvas {
  const cell = { width: width * scale + GAP, height: height * scale + GAP };
  const group = ROWS.length * cell.height + 3 * GAP;
  const canvas = makeCanvas(
    STRIPE + 2 * GAP + columns * cell.width,
    GAP + groups.length * group - 2 * GAP,
    PAPER,
  );
  groups.forEach((pictures, g) => {
    ROWS.forEach(({ part, colour }, r) => {
      const y = GAP + g * group + r * cell.height;
      fill(canvas, { x: GAP, y, width: STRIPE, height: height * scale }, colour);
      for (let column = 0; column < columns; column++) {
        const size = height * width;
        const ink = pictures[part].subarray(column * size, (column + 1) * size);
        const x = STRIPE + 2 * GAP + column * cell.width;
        drawPicture(canvas, { x, y }, { width, height, ink }, scale);
      }
    });
  });
  return canvas;
}
