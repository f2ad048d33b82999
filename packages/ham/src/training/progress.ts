// What a training says while it runs and when it has ended.

import type { ArrayData, Progress } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";
import type { RecallEngine } from "../recall/engine.ts";
import type { ChangedSetting } from "./told.ts";

/** A step of a training that is done, of all there will be. */
export interface TrainProgress extends Progress {
  /** Epochs that are done, in parts, and how many there will be. */
  readonly epoch: number;
  readonly epochs: number;
  /** The mean loss of the minibatch, before it was learned from. */
  readonly loss: number;
  /** The mean loss of the examples held back, where it was just measured. */
  readonly validation: number | null;
  /** The means of the metrics, by name: of the minibatch, and of what is held back. */
  readonly metrics: ReadonlyMap<string, number>;
  readonly validationMetrics: ReadonlyMap<string, number> | null;
  /** Examples of the minibatch that had not come to rest, or whose system was not solved. */
  readonly unsettled: number;
  readonly unsolved: number;
}

/** The loss on the examples held back, after some steps. */
export interface ValidationPoint {
  readonly step: number;
  readonly loss: number;
}

/**
 * A metric along a training: the means of every minibatch, before it was learned from, and those of
 * what is held back, where the loss on it was measured. NaN for what was measured before the metric
 * was there.
 */
export interface MetricCurve {
  readonly minibatches: readonly number[];
  readonly validation: readonly number[];
}

/** Params after the step at which the loss on what is held back was lowest. */
export interface BestParams extends ValidationPoint {
  readonly params: ReadonlyMap<string, ArrayData>;
}

/** What a training returns. `dispose()` frees its tensors. */
export interface TrainResult {
  /** `aborted`: the signal said so; everything learned until then is here. */
  readonly ending: "finished" | "aborted";
  /** What it ran on. */
  readonly engine: RecallEngine;
  readonly steps: number;
  /** What it learned from and how, by name; the last tells which of that was another on the way. */
  readonly settings: Readonly<Record<string, string>>;
  readonly epochs: number;
  /**
   * The steps that were done in the checkpoint that it went on from, and the settings that are others
   * than when that was written; null from the start.
   */
  readonly resumed: { readonly step: number; readonly changed: readonly ChangedSetting[] } | null;
  /** The mean loss of every minibatch, since the very first step. */
  readonly losses: readonly number[];
  /** Before the first step and after every epoch; empty when nothing is held back. */
  readonly validation: readonly ValidationPoint[];
  /** By name, in the order of the train block. */
  readonly metrics: ReadonlyMap<string, MetricCurve>;
  /** The trained params, by name, where that loss was lowest; null when nothing is held back. */
  readonly best: BestParams | null;
  /** Examples that had not come to rest, and systems that were not solved, over all steps made. */
  readonly unsettled: number;
  readonly unsolved: number;
  /** Every trained param. */
  readonly params: ReadonlyMap<Tensor, tf.Tensor>;
  /** Everything that is needed to go on from here, as the bytes of a checkpoint file. */
  checkpoint(): Promise<Uint8Array>;
  dispose(): void;
  [Symbol.dispose](): void;
}
