import type * as tf from "@tensorflow/tfjs-core";

/** Where one param stands: its stored value, its slope, and what the optimiser remembers of it. */
export interface Standing {
  readonly value: tf.Tensor;
  readonly slope: tf.Tensor;
  /** In the order of {@link Optimiser.slots}; zeros before the first step. */
  readonly slots: readonly tf.Tensor[];
  /** Whether the value may shrink: not when it is stored unconstrained. */
  readonly decays: boolean;
}

/** A value after a step, and what is remembered. */
export interface Moved {
  readonly value: tf.Tensor;
  readonly slots: readonly tf.Tensor[];
}

/**
 * A rule that moves params against a gradient. It runs inside `tf.tidy`, borrows what it is given
 * and returns fresh tensors.
 */
export interface Optimiser {
  readonly name: string;
  /** What it remembers of every param, by name: arrays of the param's shape. */
  readonly slots: readonly string[];
  /** `step` counts from 1. `settings` are the options of the train block. */
  readonly move: (standing: Standing, step: number, settings: Settings) => Moved;
  readonly references: readonly string[];
}

/** The options of an optimiser, by name. */
export type Settings = Readonly<Record<string, number>>;
