// What the page says when its picture is there: no more than what was computed for it.

import type { Ending } from "@hamlet/ham";
import type { Answer, Drawing } from "./answer.ts";
import { STEPS } from "./field.ts";
import { LONGEST_WAY } from "./limits.ts";
import type { Recalled } from "./recalled.ts";
import type { Point, Scene } from "./scene.ts";

/** How the recall of the text ended, where the way downhill ends beside it, and what is hatched. */
export function whereItRests(scene: Scene, answer: Answer): string {
  const { drawing, recall } = answer;
  const said = recall === null ? [] : recallInWords(recall, scene, answer);
  if (drawing === null) return said.join(" ");
  const { energies } = drawing;
  return [
    ...said,
    ...(answer.flips === true ? [] : [descentInWords(drawing, scene, answer)]),
    ...(energies.every(Number.isFinite) ? [] : ["Where it is hatched, the energy is no number."]),
  ].join(" ");
}

/** What is to be said of a text: where layers are shown nobody misses the plane. */
export function sayings({ messages, recall, withoutPlane }: Answer): string[] {
  return messages.filter((one) => recall === null || one !== withoutPlane);
}

/** How a recall ended, before how many steps it took. */
const ENDED: Readonly<Record<Ending, string>> = {
  converged: "converged after",
  clipped: "is held where nothing pulls, after",
  stopped: "was stopped by its condition after",
  cycle: "goes round in a circle, seen after",
  "max-steps": "still moves after its",
  "energy-increased": "was driven uphill by steps too large: its energy rose within",
  "non-finite": "left the numbers, by steps too large or a formula that has no value, after",
};

function recallInWords(recall: Recalled, scene: Scene, answer: Answer): string[] {
  const { name, solver, engine, ending, steps, at, energy, energies, way } = recall;
  const precision = engine === "float64" ? "float64" : "float32";
  const ended = `${ENDED[ending]} ${steps} ${steps === 1 ? "step" : "steps"}`;
  const where = Number.isFinite(energy)
    ? `${way.length === 0 ? "" : `, at ${placeInWords(at, scene, answer)}`}, with energy ${inWords(energy, 3)}`
    : "";
  return [
    `\`recall ${name}\` with \`${solver}\` in ${precision} ${ended}${where}.`,
    ...(energies.length < LONGEST_WAY ? [] : [`Its first ${LONGEST_WAY} states are drawn.`]),
  ];
}

function descentInWords({ end, path }: Drawing, scene: Scene, answer: Answer): string {
  const dashed = "Dashed, downhill in steps that never raise the energy, the ball";
  if (end === null) {
    const [x, y] = path.at(-1)!;
    return Math.max(Math.abs(x), Math.abs(y)) > scene.span
      ? `${dashed} leaves the picture.`
      : `${dashed} has not come to rest after ${STEPS} steps.`;
  }
  return `${dashed} comes to rest at ${placeInWords(end.at, scene, answer)}, with energy ${inWords(end.energy, 3)}.`;
}

/** A place, and how far it is from the nearest memory where the two can be compared. */
function placeInWords(at: Point, { points }: Scene, { plain, flips }: Answer): string {
  const place = `(${at.map((v) => inWords(v, 2)).join(", ")})`;
  if (points.length === 0 || (plain === false && flips !== true)) return place;
  const distances = points.map(([x, y]) => Math.hypot(x - at[0], y - at[1]));
  const nearest = Math.min(...distances);
  return `${place}, ${inWords(nearest, 2)} from memory ${distances.indexOf(nearest) + 1}`;
}

/** Rounded, and never −0. */
function inWords(value: number, digits: number): string {
  if (Math.abs(value) >= 1e6) return value.toPrecision(3);
  return (Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits);
}
