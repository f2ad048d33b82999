import { HamError } from "@hamlet/graph";
import type { Points } from "./points.ts";

/** A rectangle of the plane and how many points cover it. */
export interface GridOptions {
  /** Default −1.5 to 1.5. */
  readonly x?: readonly [low: number, high: number];
  /** Default −1.5 to 1.5. */
  readonly y?: readonly [low: number, high: number];
  /** Points in a row; default 75. */
  readonly columns?: number;
  /** Default 75. */
  readonly rows?: number;
}

/** The points of a grid from its lower left corner, row by row, both edges included. */
export function gridPoints({
  x = [-1.5, 1.5],
  y = [-1.5, 1.5],
  columns = 75,
  rows = 75,
}: GridOptions = {}): Points {
  assertSize("columns", columns);
  assertSize("rows", rows);
  const data = new Float64Array(2 * columns * rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[at++] = x[0] + ((x[1] - x[0]) * column) / (columns - 1);
      data[at++] = y[0] + ((y[1] - y[0]) * row) / (rows - 1);
    }
  }
  return { shape: [columns * rows, 2], data };
}

function assertSize(name: string, size: number): void {
  if (Number.isSafeInteger(size) && size >= 2) return;
  throw new HamError(
    "diffusion/grid-size",
    `A grid has a whole number of ${name} from 2 up, not ${size}.`,
    { name, size },
  );
}
