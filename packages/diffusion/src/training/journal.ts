// How far a training is, and what it has seen: what a checkpoint holds beside the weights.

import {
  asFloat64,
  type ArrayData,
  type Checkpoint,
  type Key,
  readCheckpoint,
  writeCheckpoint,
} from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import type { Points } from "../data/points.ts";
import type { ScoreModel } from "../network/model.ts";
import type { NetworkShape } from "../network/shape.ts";
import type { Settings } from "./settings.ts";

const PATTERNS = "training/patterns";
const SETTINGS = "training/settings";
const LOSSES = "training/losses";
const FREQUENCIES = "frequencies";

/** What must be the same for a training to go on as if it had not stopped. */
export interface Task {
  readonly patterns: Points;
  readonly settings: Settings;
}

/** The record of a training. */
export class Journal {
  readonly key: Key;
  /** Mean losses, one for every `every` iterations. */
  readonly losses: number[] = [];
  /** Iterations that are done. */
  iteration = 0;
  readonly #model: string;
  readonly #frequencies: Float32Array;
  readonly #task: Task;

  constructor(key: Key, { shape, frequencies }: Omit<ScoreModel, "weights">, task: Task) {
    this.key = key;
    this.#model = modelName(shape);
    this.#frequencies = frequencies;
    this.#task = task;
  }

  /** A checkpoint of the weights, which the caller read from where they are. */
  checkpoint(weights: ReadonlyMap<string, ArrayData>): Uint8Array {
    const { patterns, settings } = this.#task;
    const frequencies = this.#frequencies;
    const arrays = new Map<string, ArrayData>([
      ...weights,
      [FREQUENCIES, { shape: [frequencies.length], dtype: "float32", data: frequencies }],
      [PATTERNS, { ...patterns, shape: [...patterns.shape], dtype: "float64" }],
      [SETTINGS, row(dealingOf(settings))],
      [LOSSES, row(this.losses)],
    ]);
    return writeCheckpoint({ model: this.#model, step: this.iteration, key: this.key, arrays });
  }
}

/** A checkpoint of a training of this shape. */
export interface Resumed {
  readonly checkpoint: Checkpoint;
  readonly model: ScoreModel;
}

/**
 * Reads a checkpoint for the same task.
 * @throws HamError `core/bad-safetensors`, `core/bad-checkpoint`, `diffusion/other-training`.
 */
export function readResumed(bytes: Uint8Array, shape: NetworkShape, task: Task): Resumed {
  const checkpoint = readCheckpoint(bytes, { model: modelName(shape) });
  const at = (name: string) => numbersOf(checkpoint, name);
  const { patterns, settings } = task;
  if (!same(at(PATTERNS), patterns.data)) throw otherTraining("patterns");
  if (!same(at(SETTINGS), dealingOf(settings))) throw otherTraining("batch, lr, decay or every");
  const [frequencies, weights] = [FREQUENCIES, "weights"].map((name) => new Float32Array(at(name)));
  return { checkpoint, model: { shape, frequencies, weights } };
}

/** The losses that a checkpoint holds. */
export function lossesOf(checkpoint: Checkpoint): number[] {
  return numbersOf(checkpoint, LOSSES);
}

function modelName({ width, hidden, embedding, layers, sigma }: NetworkShape): string {
  return `score-network width=${width} hidden=${hidden} embedding=${embedding} layers=${layers} sigma=${sigma}`;
}

/** All settings but how long it goes on. */
function dealingOf({ batch, lr, decay, every }: Settings): number[] {
  return [batch, lr, decay, every];
}

function row(data: readonly number[]): ArrayData {
  return { shape: [data.length], dtype: "float64", data: new Float64Array(data) };
}

function numbersOf({ arrays }: Checkpoint, name: string): number[] {
  const found = arrays.get(name);
  if (found === undefined) throw otherTraining(`array "${name}"`);
  return [...asFloat64(found.data)];
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((x, i) => x === b[i]);
}

function otherTraining(what: string): HamError {
  return new HamError(
    "diffusion/other-training",
    `The checkpoint is of another training: its ${what} differ. Go on with the patterns and settings that wrote it, or start anew without it.`,
    { what },
  );
}
