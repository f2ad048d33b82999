// All that is computed for a picture, from the text on, piece by piece: a coarse picture comes first
// and becomes finer. How fine it ends depends on nothing but the scene.

import type { Signal } from "@hamlet/core";
import { type Field, pathFrom } from "./field.ts";
import type { Mark } from "./marks.ts";
import { readScene, type Reading } from "./memory.ts";
import type { Recalled } from "./recalled.ts";
import type { Point, Scene } from "./scene.ts";

/** What there is to draw. */
export interface Drawing {
  /** `n` by `n` energies, the lowest row first. */
  readonly energies: Float64Array;
  readonly n: number;
  /** The recall of the text; null until it is known. */
  readonly recall: Recalled | null;
  /**
   * The way of the ball downhill, which is not the recall; only its start until it is known, and where
   * units flip.
   */
  readonly path: readonly Point[];
  /** Where that way comes to rest, and its energy there; null where it does not, or not yet. */
  readonly end: { readonly at: Point; readonly energy: number } | null;
  /** The fixed points; empty until they are found. */
  readonly marks: readonly Mark[];
}

export interface Answer extends Omit<Reading, "field" | "model" | "entries"> {
  /** Null where the text has no picture. */
  readonly drawing: Drawing | null;
  /** True when nothing more will come. */
  readonly whole: boolean;
}

/** Cells along each side of the first picture and of those that follow it. */
const CELLS = [16, 56, 150] as const;

/**
 * Reads a scene and computes its picture. Every answer but the first of a text without a picture has a
 * drawing, and whoever wants no more may stop after any of them. The last one, which is returned, is
 * whole.
 * @throws the reason of the signal.
 */
export async function* answers(scene: Scene, signal?: Signal): AsyncGenerator<Answer, Answer> {
  const { field, model, entries, ...reading } = readScene(scene);
  if (field === null) return { ...reading, drawing: null, whole: true };
  const messages = [...reading.messages];
  let drawing: Drawing = {
    energies: energiesOf(field, scene, CELLS[0]),
    n: CELLS[0],
    recall: null,
    path: [scene.ball],
    end: null,
    marks: [],
  };
  const sofar = (): Answer => ({ ...reading, drawing, messages, whole: false });
  yield sofar();
  if (reading.flips !== true) {
    const { points: path, rests } = pathFrom(field, scene.ball, scene.span);
    const at = path.at(-1)!;
    drawing = { ...drawing, path, end: rests ? { at, energy: field.energyAt(...at) } : null };
    yield sofar();
  }
  const problem = (what: string, error: unknown) => {
    if (signal?.aborted === true || !(error instanceof Error)) throw error;
    messages.push(`${what}: ${error.message}`);
  };
  try {
    // What recalls and searches is loaded when a picture is there already.
    const { recalled } = await import("./recalled.ts");
    const running = recalled(scene.text, entries!, signal);
    try {
      for (;;) {
        const { value, done } = await running.next();
        if (done === true) {
          drawing = { ...drawing, recall: value };
          break;
        }
        yield sofar();
      }
    } finally {
      await running.return(undefined as never);
    }
  } catch (error) {
    problem("Its recall did not run", error);
  }
  yield sofar();
  for (const n of CELLS.slice(1)) {
    const energies = new Float64Array(n * n);
    for (let row = 0; row < n; row++) {
      fillRow(field, scene, { energies, n, row });
      yield sofar();
    }
    drawing = { ...drawing, energies, n };
    yield sofar();
  }
  if (reading.flips !== true) {
    try {
      const { marksOf } = await import("./marks.ts");
      drawing = { ...drawing, marks: await marksOf(model!, scene, signal) };
    } catch (error) {
      problem("Its fixed points were not found", error);
    }
  }
  return { ...sofar(), whole: true };
}

function energiesOf(field: Field, scene: Scene, n: number): Float64Array {
  const energies = new Float64Array(n * n);
  for (let row = 0; row < n; row++) fillRow(field, scene, { energies, n, row });
  return energies;
}

/** Energies at the middles of a row of the cells of the square from −span to span. */
function fillRow(
  field: Field,
  { span }: Scene,
  { energies, n, row }: { energies: Float64Array; n: number; row: number },
): void {
  const middle = (k: number) => span * ((2 * k + 1) / n - 1);
  for (let k = 0; k < n; k++) energies[n * row + k] = field.energyAt(middle(k), middle(row));
}
