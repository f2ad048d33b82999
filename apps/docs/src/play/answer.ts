// All that is computed for a picture, from the text on, piece by piece: a coarse picture comes first
// and becomes finer. How fine it ends depends on nothing but the scene.

import type { Signal } from "@hamlet/core";
import type { Check, Task } from "./checked.ts";
import { type Field, pathFrom } from "./field.ts";
import type { FileName } from "./file-names.ts";
import type { Found } from "./found.ts";
import type { Learning } from "./learning.ts";
import type { Mark } from "./marks.ts";
import { readScene, type Reading } from "./memory.ts";
import type { Recalled } from "./recalled.ts";
import type { Point, Scene } from "./scene.ts";

/** What there is to draw. */
export interface Drawing {
  /** `n` by `n` energies, the lowest row first. */
  readonly energies: Float64Array;
  readonly n: number;
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
  /** The recall of the text; null until it is known, and where it does not run. */
  readonly recall: Recalled | null;
  /** What it learns before; null where nothing is learned, and before it begins. */
  readonly learning: Learning | null;
  /** How the tests of a task went; null until it is known, and where nothing is asked for. */
  readonly checks: readonly Check[] | null;
  /** What the open panels show, as far as it is known. */
  readonly found?: Found;
  /** True when nothing more will come. */
  readonly whole: boolean;
}

/** Cells along each side of the first picture and of those that follow it. */
const CELLS = [16, 56, 150] as const;

/** A scene, and what is to be found out of it beside its picture. */
export interface Asked extends Scene {
  /** Tests that the text shall pass, from where the stars and the ball of the task are. */
  readonly check?: Task;
  /** Goes on with a training that was stopped. */
  readonly goOn?: boolean;
  /** A file that is made of it. */
  readonly file?: FileName;
}

/** What is asked of work that is under way. */
export interface Wishes {
  /** What to learn is learned no further. */
  readonly stopped: () => boolean;
  /** What to search for is searched no further. */
  readonly searched: () => boolean;
}

/**
 * Reads a scene, computes its picture where it has one, and runs its recall and the tests of its task.
 * Every answer but the first of a text that has none has a drawing, and whoever wants no more may stop
 * after any of them. The last one, which is returned, is whole.
 * @throws the reason of the signal.
 */
export async function* answers(
  scene: Asked,
  signal?: Signal,
  wishes?: Wishes,
): AsyncGenerator<Answer, Answer> {
  const { field, model, entries, ...reading } = readScene(scene);
  const messages = [...reading.messages];
  let answer: Answer = {
    ...reading,
    messages,
    drawing: null,
    recall: null,
    learning: null,
    checks: null,
    whole: false,
  };
  const known = (part: Partial<Answer>) => (answer = { ...answer, ...part });
  const drawn = (part: Partial<Drawing>) => known({ drawing: { ...answer.drawing!, ...part } });
  if (field !== null) {
    const [n] = CELLS;
    const energies = energiesOf(field, scene, n);
    yield known({ drawing: { energies, n, path: [scene.ball], end: null, marks: [] } });
    if (reading.flips !== true) {
      const { points: path, rests } = pathFrom(field, scene.ball, scene.span);
      const at = path.at(-1)!;
      yield drawn({ path, end: rests ? { at, energy: field.energyAt(...at) } : null });
    }
  }
  if (scene.panels !== undefined) {
    const { explained } = await import("./found.ts");
    known({ found: await explained(scene, entries) });
    yield answer;
  }
  if (entries === undefined) return known({ whole: true });
  const problem = (what: string, error: unknown) => {
    if (signal?.aborted === true || !(error instanceof Error)) throw error;
    messages.push(`${what}: ${error.message}`);
  };
  const studied = studiedBy(scene);
  try {
    // What recalls and searches is loaded when a picture is there already.
    const { recalled } = await import("./recalled.ts");
    const study = { of: studied, goOn: scene.goOn === true, ...wishes };
    const running = recalled(scene.text, { entries, plane: field !== null, study }, signal);
    try {
      for (;;) {
        const { value, done } = await running.next();
        if (done === true) {
          known({ recall: value });
          break;
        }
        if (value !== undefined) known({ learning: value });
        yield answer;
      }
    } finally {
      await running.return(undefined as never);
    }
  } catch (error) {
    problem("Its recall did not run", error);
  }
  yield answer;
  if (scene.check !== undefined) {
    try {
      const { checked } = await import("./checked.ts");
      known({ checks: await checked(scene, scene.check, studied) });
    } catch (error) {
      problem("The task cannot be checked with this text", error);
    }
    yield answer;
  }
  if (field !== null) {
    for (const n of CELLS.slice(1)) {
      const energies = new Float64Array(n * n);
      for (let row = 0; row < n; row++) {
        fillRow(field, scene, { energies, n, row });
        yield answer;
      }
      yield drawn({ energies, n });
    }
    if (reading.flips !== true) {
      try {
        const { marksOf } = await import("./recalled.ts");
        drawn({ marks: await marksOf(model!, scene, signal) });
      } catch (error) {
        problem("Its fixed points were not found", error);
      }
    }
  }
  if (scene.panels !== undefined) {
    const { numbered, studies } = await import("./studies.ts");
    const { recall, drawing } = answer;
    const enough = wishes?.searched ?? (() => false);
    const study = { scene, entries, recall, studied, enough };
    for await (const found of studies(study, signal)) {
      known({ found: { ...answer.found, ...found } });
      if (drawing !== null && found.points?.ending === "found")
        drawn({ marks: numbered(drawing.marks, found.points.points) });
      yield answer;
    }
  }
  return known({ whole: true });
}

/** What a training depends on. */
function studiedBy({ text, points, ball, data = {} }: Scene): string {
  const files = Object.entries(data).map(([name, { shape, values }]) => {
    const bits = values === null ? new Uint32Array() : new Uint32Array(values.slice().buffer);
    // FNV-1a, word by word.
    return [
      name,
      shape,
      bits.reduce((hash, word) => Math.imul(hash ^ word, 16_777_619), 0x811c9dc5),
    ];
  });
  return JSON.stringify([text, points, ball, files]);
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
