// All that is computed for a picture, from the text on. A worker does it, so that the page stays awake.

import { energyGrid, type Field, pathFrom, restingPlaces } from "./field.ts";
import { readScene, type Reading } from "./memory.ts";
import type { Point, Scene } from "./scene.ts";

export interface Question {
  readonly scene: Scene;
  /** For a hand that moves: coarse, and without the places where balls rest. */
  readonly quick: boolean;
}

/** What there is to draw. */
export interface Drawing {
  /** `n` by `n` energies, the lowest row first. */
  readonly energies: Float64Array;
  readonly n: number;
  readonly path: readonly Point[];
  /** Where the ball comes to rest, and its energy there; null where it does not. */
  readonly end: { readonly at: Point; readonly energy: number } | null;
  readonly rests: readonly Point[];
}

export interface Answer extends Omit<Reading, "field"> {
  /** Null where the text has no picture. */
  readonly drawing: Drawing | null;
}

/** Cells along each side, and milliseconds that they may take. */
const QUICK = { cells: 56, time: 40 };
const WHOLE = { cells: 150, time: 700 };
const FEWEST_CELLS = 16;
/** Balls from a grid of starts take about so many energies; slower ones are left out. */
const BALLS = { energies: 50_000, time: 2500 };

/** Reads a scene and computes its picture; a slow energy gets a coarser one. */
export function answer({ scene, quick }: Question): Answer {
  const { field, ...reading } = readScene(scene);
  if (field === null) return { ...reading, drawing: null };
  const { cells, time } = quick ? QUICK : WHOLE;
  const each = timeOf(field);
  const n = Math.max(FEWEST_CELLS, Math.min(cells, Math.floor(Math.sqrt(time / each))));
  const balls = !quick && each * BALLS.energies < BALLS.time;
  const { points: path, rests } = pathFrom(field, scene.ball, scene.span);
  const at = path.at(-1)!;
  return {
    ...reading,
    drawing: {
      energies: energyGrid(field, scene.span, n),
      n,
      path,
      end: rests ? { at, energy: field.energyAt(...at) } : null,
      rests: balls ? restingPlaces(field, scene.span) : [],
    },
  };
}

/** Milliseconds that one energy takes, once it has been run a few times. */
function timeOf(field: Field): number {
  const run = (time: number, most: number) => {
    const began = performance.now();
    let count = 0;
    do {
      field.energyAt(0.1, 0.2);
      count++;
    } while (count < most && performance.now() - began < time);
    return (performance.now() - began) / count;
  };
  return Math.max(1e-4, Math.min(run(3, 1000), run(3, 1000)));
}
