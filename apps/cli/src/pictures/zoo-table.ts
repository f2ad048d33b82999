// The zoo as a picture: a field for every cell, its colour what it promises, its bars what it holds.

import type { MeasuredCell, ZooPlan } from "@hamlet/ham/zoo";
import { SEPARATIONS, SIMILARITIES } from "@hamlet/ham/zoo";
import { CHART, themed } from "./themed.ts";

const [FIELD, HEIGHT, LEFT, TOP] = [104, 54, 110, 64];
/** Falls to a floor, falls for ever, and none. */
const COLOURS = { floor: "#cfe8d9", open: "#f3e6bf", none: "#f3d1c4" };

const text = (x: number, y: number, content: string, rest = ""): string =>
  `<text x="${x}" y="${y}" ${rest}>${content}</text>`;

/** Draws the table. */
export function drawZoo(
  cells: readonly MeasuredCell[],
  {
    size,
    count,
    noise,
    counts,
    trials,
  }: Pick<ZooPlan, "size" | "count" | "noise" | "counts" | "trials">,
): string {
  const [columns, rows] = [Object.keys(SIMILARITIES), Object.keys(SEPARATIONS)];
  const most = Math.log2(counts.at(-1)! + 1);
  const [width, height] = [LEFT + columns.length * FIELD + 16, TOP + rows.length * HEIGHT + 64];
  const fields = cells.map((cell) => {
    const x = LEFT + columns.indexOf(cell.similarity) * FIELD;
    const y = TOP + rows.indexOf(cell.separation) * HEIGHT;
    const { verdict, capacity, basin } = cell;
    const isOpen = verdict.energy === "falls" && !verdict.hasFloor;
    const colour = verdict.energy === "none" ? COLOURS.none : isOpen ? COLOURS.open : COLOURS.floor;
    const claim = verdict.energy === "none" ? "no energy" : isOpen ? "falls, no floor" : "falls";
    const bar = (share: number, at: number, fill: string) =>
      `<rect x="${x + 8}" y="${y + at}" width="${(share * (FIELD - 60)).toFixed(1)}" height="7" fill="${fill}"/>`;
    return [
      `<rect x="${x + 1}" y="${y + 1}" width="${FIELD - 2}" height="${HEIGHT - 2}" fill="${colour}"/>`,
      text(x + 8, y + 17, claim),
      bar(Math.log2(capacity + 1) / most, 25, "#0072b2"),
      text(x + FIELD - 8, y + 32, `K ${capacity}`, 'text-anchor="end"'),
      bar(basin * 2, 39, "#d55e00"),
      text(x + FIELD - 8, y + 46, `${Math.round(100 * basin)}%`, 'text-anchor="end"'),
    ].join("");
  });
  const heads = columns.map((name, n) =>
    text(LEFT + n * FIELD + FIELD / 2, TOP - 10, name, 'text-anchor="middle" font-weight="600"'),
  );
  const sides = rows.map((name, n) =>
    text(LEFT - 10, TOP + n * HEIGHT + HEIGHT / 2 + 4, name, 'text-anchor="end" font-weight="600"'),
  );
  const below = TOP + rows.length * HEIGHT;
  return themed(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" class="${CHART}" font-family="system-ui, sans-serif" font-size="12">${[
      text(
        16,
        24,
        `Random patterns of ${size} units, ${trials} damaged copies a case`,
        'font-size="14"',
      ),
      ...heads,
      ...sides,
      ...fields,
      text(
        16,
        below + 24,
        `blue: most patterns of which nine of ten copies with ${100 * noise}% flipped came back`,
      ),
      text(
        16,
        below + 44,
        `orange: most units of ${count} patterns that may be flipped so that half of the copies come back`,
      ),
    ].join("")}</svg>\n`,
  );
}
