// Drawings of one size in rows and columns, as one SVG.

import { themed } from "./themed.ts";

const PATHS = / d="[^"]*"/g;
/** Decimals of coordinates that nobody can see: a tenth of a pixel is enough. */
const INVISIBLE = /(\.\d)\d+/g;

/** Puts drawings beside and below each other. */
export function drawTiles(
  rows: readonly (readonly string[])[],
  cell: { readonly width: number; readonly height: number },
): string {
  const width = cell.width * Math.max(...rows.map((row) => row.length));
  const height = cell.height * rows.length;
  const drawn = rows.flatMap((row, r) =>
    row.map(
      (drawing, c) =>
        `<g transform="translate(${c * cell.width} ${r * cell.height})">${drawing}</g>`,
    ),
  );
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${drawn.join("\n")}\n</svg>\n`;
  return themed(svg.replaceAll(PATHS, (path) => path.replaceAll(INVISIBLE, "$1")));
}
