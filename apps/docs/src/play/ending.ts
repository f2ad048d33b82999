// What the page says when its picture is there: no more than what was computed for it.

import type { Answer } from "./answer.ts";
import { STEPS } from "./field.ts";
import type { Scene } from "./scene.ts";

/** Where the ball came to rest, and that this is not the recall of the text. */
export function whereItRests(scene: Scene, answer: Answer): string {
  return [descentInWords(scene, answer), ...recallInWords(answer)].join(" ");
}

function descentInWords({ points, span }: Scene, { drawing, plain }: Answer): string {
  if (drawing === null) return "";
  if (drawing.end === null) {
    const [x, y] = drawing.path.at(-1)!;
    return Math.max(Math.abs(x), Math.abs(y)) > span
      ? "Going downhill, the ball leaves the picture."
      : `Going downhill, the ball has not come to rest after ${STEPS} steps.`;
  }
  const { at, energy } = drawing.end;
  const distances = points.map(([x, y]) => Math.hypot(x - at[0], y - at[1]));
  const nearest = Math.min(...distances);
  const place = at.map((v) => inWords(v, 2)).join(", ");
  const near =
    points.length === 0 || plain === false
      ? ""
      : `, ${inWords(nearest, 2)} from memory ${distances.indexOf(nearest) + 1}`;
  return `Going downhill, the ball comes to rest at (${place})${near}, with energy ${inWords(energy, 3)}.`;
}

/** A solver with long steps, few of them, a clamp or a schedule ends elsewhere. */
function recallInWords({ recalls = [] }: Answer): string[] {
  if (recalls.length === 0) return [];
  const names = recalls.map((name) => `\`recall ${name}\``).join(", ");
  return [`The text's ${names} is not run here: \`ham run\` says how it ends.`];
}

/** Rounded, and never −0. */
function inWords(value: number, digits: number): string {
  return (Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits);
}
