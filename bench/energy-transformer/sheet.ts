// Icons that a model filled in, as few numbers as they can be, and the sheet that is drawn of them.

import { toPng } from "../../apps/cli/src/pictures/canvas.ts";
import { drawSheet } from "../../apps/cli/src/pictures/sheet.ts";

/** One icon of ones and zeros. */
export interface Icon {
  /** Its pixels, row by row: 1 is ink. */
  readonly original: string;
  /** Its patches, row by row: 1 is one that the model saw. */
  readonly seen: string;
  /** Ink of the pixels of hidden patches, row by row over the icon: two hexadecimal digits, ff is full. */
  readonly filled: string;
}

/** A sheet of icons. */
export interface Inpainting {
  /** Pixels along a side of an icon, and of a patch. */
  readonly side: number;
  readonly patch: number;
  /** Icons in a row. */
  readonly columns: number;
  readonly icons: readonly Icon[];
}

/** What hides a patch. */
const GREY = 0.35;

/** Whether a pixel is in a patch that the model saw. */
function isSeen(seen: ArrayLike<number | string>, pixel: number, patch: number): boolean {
  const side = Math.sqrt(seen.length) * patch;
  const [row, column] = [Math.floor(pixel / side), pixel % side];
  const place = Math.floor(row / patch) * (side / patch) + Math.floor(column / patch);
  return Number(seen[place]) === 1;
}

/** An icon as numbers. */
export function iconOf(
  original: Float32Array,
  completed: Float32Array,
  { visible, patch }: { readonly visible: Float32Array; readonly patch: number },
): Icon {
  const hidden = [...completed].filter((_, pixel) => !isSeen(visible, pixel, patch));
  const byte = (ink: number) => Math.round(255 * Math.min(1, Math.max(0, ink)));
  return {
    original: original.map(Math.round).join(""),
    seen: visible.join(""),
    filled: hidden.map((ink) => byte(ink).toString(16).padStart(2, "0")).join(""),
  };
}

/** The sheet as a PNG: for every row of icons what was seen, what was filled in, and what was there. */
export function drawInpainting({ side, patch, columns, icons }: Inpainting): Uint8Array {
  const rows = Array.from({ length: icons.length / columns }, (_, row) =>
    icons.slice(row * columns, (row + 1) * columns).map((icon) => inkOf(icon, patch)),
  );
  const groups = rows.map((row) => ({
    damaged: Float32Array.from(row.flatMap(({ damaged }) => damaged)),
    recalled: Float32Array.from(row.flatMap(({ recalled }) => recalled)),
    original: Float32Array.from(row.flatMap(({ original }) => original)),
  }));
  return toPng(drawSheet(groups, { height: side, width: side, columns, scale: 2 }));
}

function inkOf({ original, seen, filled }: Icon, patch: number) {
  const bits = Array.from(original, Number);
  let at = 0;
  const recalled = bits.map((bit, pixel) => {
    if (isSeen(seen, pixel, patch)) return bit;
    at += 2;
    return Number.parseInt(filled.slice(at - 2, at), 16) / 255;
  });
  const damaged = bits.map((bit, pixel) => (isSeen(seen, pixel, patch) ? bit : GREY));
  return { damaged, recalled, original: bits };
}
