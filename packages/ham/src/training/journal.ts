// How far a training is, and what it has seen: all that a checkpoint holds beside the weights.

import {
  asFloat64,
  type ArrayData,
  type Checkpoint,
  type Key,
  readCheckpoint,
  writeCheckpoint,
} from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import type { LossAndMetrics } from "./loss-gradient.ts";
import type { BestParams, ValidationPoint } from "./progress.ts";
import { type ChangedSetting, changedSettings } from "./told.ts";

/** What must be the same for a training to go on as if it had not stopped. */
export interface Dealing {
  readonly training: number;
  readonly validation: number;
  readonly batch: number;
}

const DEALING = "training/dealing";
const LOSSES = "curve/loss";
const VALIDATION = "curve/validation";
/** Before the name of a metric. */
const [METRIC, METRIC_HELD] = ["curve/metric/", "curve/metric held back/"];
/** Among the settings: those that were others on the way. */
const ON_THE_WAY = "changed on the way";
const BEST = "best/point";
const BEST_PARAM = "best/param/";

/** The record of a training. */
export class Journal {
  readonly key: Key;
  /** The arrays of the checkpoint that it goes on from; null from the start. */
  readonly arrays: ReadonlyMap<string, ArrayData> | null;
  readonly losses: number[] = [];
  readonly validation: ValidationPoint[] = [];
  /** By name, in the order of the training. */
  readonly metrics: ReadonlyMap<string, { minibatches: number[]; validation: number[] }>;
  best: BestParams | null = null;
  /** What is another setting now than in the checkpoint. */
  readonly changed: readonly ChangedSetting[];
  /** What it learns from and how, and what of that was another before some step. */
  readonly settings: Readonly<Record<string, string>>;
  readonly #model: string;
  #dealing: Dealing = { training: 0, validation: 0, batch: 0 };

  private constructor(
    model: string,
    settings: Readonly<Record<string, string>>,
    metrics: readonly string[],
    { key, arrays, notes }: Pick<Checkpoint, "key" | "notes"> & Pick<Journal, "arrays">,
  ) {
    this.#model = model;
    this.key = key;
    this.arrays = arrays;
    this.changed = changedSettings(notes, settings);
    this.losses.push(...numbers(arrays?.get(LOSSES)));
    const turns = this.changed.map(({ name, before }) => `${name} = ${before} until ${this.step}`);
    const all = [notes?.[ON_THE_WAY] ?? "none", ...turns].filter((turn) => turn !== "none");
    this.settings = { ...settings, [ON_THE_WAY]: all.join("; ") || "none" };
    const points = numbers(arrays?.get(VALIDATION));
    for (let i = 0; i < points.length; i += 2) {
      this.validation.push({ step: points[i], loss: points[i + 1] });
    }
    this.metrics = new Map(
      metrics.map((name) => {
        const minibatches = curve(arrays?.get(`${METRIC}${name}`), this.losses.length);
        const validation = curve(arrays?.get(`${METRIC_HELD}${name}`), this.validation.length);
        return [name, { minibatches, validation }];
      }),
    );
    const [step, loss] = numbers(arrays?.get(BEST));
    if (loss !== undefined) {
      const params = [...arrays!].filter(([name]) => name.startsWith(BEST_PARAM));
      const named = params.map(([name, array]) => [name.slice(BEST_PARAM.length), array] as const);
      this.best = { step, loss, params: new Map(named) };
    }
  }

  /** Whether no loss before was as low on what is held back. */
  isBest(loss: number): boolean {
    return this.best === null || loss < this.best.loss;
  }

  keepBest(loss: number, params: ReadonlyMap<string, ArrayData>): void {
    this.best = { step: this.step, loss, params };
  }

  /**
   * A new record, or that of a checkpoint of the same `model`.
   * @throws HamError `core/bad-checkpoint`, `core/bad-safetensors`.
   */
  static open(
    model: string,
    {
      settings = {},
      metrics = [],
      key,
      resume,
    }: {
      /** What a training learns from and how, as texts, so that a change of it can be told. */
      readonly settings?: Readonly<Record<string, string>>;
      readonly metrics?: readonly string[];
      readonly key: Key;
      readonly resume: Uint8Array | undefined;
    },
  ): Journal {
    if (resume === undefined) return new Journal(model, settings, metrics, { key, arrays: null });
    return new Journal(model, settings, metrics, readCheckpoint(resume, { model }));
  }

  /** Steps that are done. */
  get step(): number {
    return this.losses.length;
  }

  add({ loss, metrics }: LossAndMetrics): void {
    this.losses.push(loss);
    [...this.metrics.values()].forEach(({ minibatches }, i) => minibatches.push(metrics[i]));
  }

  validated({ loss, metrics }: LossAndMetrics): void {
    this.validation.push({ step: this.step, loss });
    [...this.metrics.values()].forEach(({ validation }, i) => validation.push(metrics[i]));
  }

  /**
   * Checks that examples are dealt as they were before the checkpoint.
   * @throws HamError `ham/other-training`.
   */
  assertSame(dealing: Dealing): void {
    this.#dealing = dealing;
    if (this.arrays === null) return;
    const [training, validation, batch] = numbers(this.arrays.get(DEALING));
    const before = { training, validation, batch };
    const same = (Object.keys(dealing) as (keyof Dealing)[]).every(
      (part) => dealing[part] === before[part],
    );
    if (same) return;
    throw new HamError(
      "ham/other-training",
      `The checkpoint is of another training: expected ${described(dealing)}, found ${described(before)}. Give it the same examples, validation and batch, or start anew without it.`,
      { expected: dealing, found: before },
    );
  }

  #bestArrays(): (readonly [string, ArrayData])[] {
    if (this.best === null) return [];
    const { step, loss, params } = this.best;
    return [
      [BEST, float64([2], [step, loss])],
      ...[...params].map(([name, array]) => [`${BEST_PARAM}${name}`, array] as const),
    ];
  }

  checkpoint(weights: ReadonlyMap<string, ArrayData>): Uint8Array {
    const { training, validation, batch } = this.#dealing;
    const points = this.validation.flatMap(({ step, loss }) => [step, loss]);
    const arrays = new Map([
      ...weights,
      [DEALING, float64([3], [training, validation, batch])] as const,
      [LOSSES, float64([this.step], this.losses)] as const,
      [VALIDATION, float64([this.validation.length, 2], points)] as const,
      ...[...this.metrics].flatMap(([name, { minibatches, validation: held }]) => [
        [`${METRIC}${name}`, float64([minibatches.length], minibatches)] as const,
        [`${METRIC_HELD}${name}`, float64([held.length], held)] as const,
      ]),
      ...this.#bestArrays(),
    ]);
    const notes = this.settings;
    return writeCheckpoint({ model: this.#model, step: this.step, key: this.key, arrays, notes });
  }
}

function described({ training, validation, batch }: Dealing): string {
  return `${training} examples to learn from and ${validation} held back, ${batch} at a time`;
}

function float64(shape: number[], data: readonly number[]): ArrayData {
  return { shape, dtype: "float64", data: new Float64Array(data) };
}

/** A curve of so many points; without one it was not measured yet. */
function curve(array: ArrayData | undefined, count: number): number[] {
  const found = numbers(array);
  return found.length === count ? found : Array.from({ length: count }, () => Number.NaN);
}

function numbers(array: ArrayData | undefined): number[] {
  return array === undefined ? [] : [...asFloat64(array.data)];
}
