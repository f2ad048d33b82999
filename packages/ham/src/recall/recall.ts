// What a recall is made of, is given and returns: states roll downhill until nothing changes, and
// the result says how it ended.

import type { Inputs, Key, Progress, Signal } from "@hamlet/core";
import type { Dim, Neuron, Tensor } from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";
import type { FlipPath } from "../binary/trajectory.ts";
import type { Among } from "./among.ts";
import type { RecallDescription } from "./describe.ts";
import type { RecallEngine } from "./engine.ts";
import type { Evaluate } from "./evaluate.ts";
import type { Outcome } from "./outcome.ts";
import type { Trajectory } from "./record.ts";
import type { WrittenOf } from "./wording.ts";

/** What a compiled recall is made of. */
export interface RecallSetup {
  readonly sizes: ReadonlyMap<Dim, number>;
  /** Every const, param and data, without a batch axis. Borrowed. */
  readonly values: Inputs;
  /**
   * The same consts as numbers, for settings such as `dt`; params and data too where a solver
   * polishes its end by Newton steps.
   */
  readonly numbers: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** Finds what a formula was written as, for outcomes that name one; default: printed anew. */
  readonly written?: WrittenOf;
  /**
   * What it runs on; default `simd` where the backend computes on the processor and code can be
   * compiled, `webgpu` on the backend of that name, else `tensors`. Flips of binary units run in float64, whatever it is.
   */
  readonly engine?: RecallEngine;
}

/** What one run of a recall is given. */
export interface RecallOptions {
  /** Every `given` that the recall uses, `[B, …axes]`. Borrowed. */
  readonly givens?: Inputs;
  /** Their entries, for what does not compute on tensors; what is left out is read. */
  readonly numbers?: ReadonlyMap<Tensor, Float32Array>;
  /** The number of examples where nothing is given; default 1. Givens that hold another are refused. */
  readonly batch?: number;
  /** Draws of start values; default `key(0)`. */
  readonly key?: Key;
  /** Keep every flip of a binary recall; default: as the recall says by `record flips`. */
  readonly recordFlips?: boolean;
  /** What is told of the batch where these examples are some of a larger one. */
  readonly among?: Among;
  /** Called after every step. */
  readonly onProgress?: (progress: RecallProgress) => void;
  /** Stops the recall, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/** A step of a recall that is done, of the most it makes. */
export interface RecallProgress extends Progress {
  /** Examples that still move. */
  readonly active: number;
  /** The mean energy over the examples. */
  readonly energy: number;
}

/** One moment of a recall. Its tensors are borrowed until the next step. */
export interface RecallStep {
  readonly step: number;
  readonly time: number;
  /** `[B]` */
  readonly energy: tf.Tensor;
  /** The largest absolute change of an activation, `[B]`; 0 before the first step. */
  readonly change: tf.Tensor;
  readonly states: ReadonlyMap<Neuron, tf.Tensor>;
  readonly activations: ReadonlyMap<Neuron, tf.Tensor>;
  /** What the solver remembers of every example, such as how many steps it refused; mostly empty. */
  readonly memory: Readonly<Record<string, tf.Tensor>>;
  /** What formulas over activations are worth, in the precision of the recall. */
  readonly evaluate: Evaluate;
}

/** What a recall returns. The tensors are the caller's: `dispose()` frees them all. */
export interface RecallResult {
  readonly batch: number;
  /** What the recall ran on. */
  readonly engine: RecallEngine;
  readonly states: ReadonlyMap<Neuron, tf.Tensor>;
  readonly activations: ReadonlyMap<Neuron, tf.Tensor>;
  /** The energy of every example (inner) at the steps of {@link energySteps} (outer). */
  readonly energies: readonly Float64Array[];
  /**
   * When energies were kept: the start, every so many steps as the recall says, and the end. Those
   * of a long recall are thinned by halves, so that memory stays flat; outcomes look at all.
   */
  readonly energySteps: readonly number[];
  readonly outcomes: readonly Outcome[];
  /** The layers that the recall block records, as by `record v every 10`. */
  readonly trajectories: ReadonlyMap<Neuron, Trajectory>;
  /** The flips of every example, where they were kept. */
  readonly flips?: readonly FlipPath[];
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * A recall that is ready to run, again and again. Owns its compiled programs.
 *
 * Both ways to run it throw HamError `ham/disposed` after `dispose()`, `ham/tensor-disposed`,
 * `ham/given-dtype`, `ham/given-shape` and `ham/batch-mismatch` for tensors that do not fit, and
 * `ham/value-refused` for entries that the model's declarations rule out.
 */
export interface CompiledRecall {
  /** The number of steps it makes at most. */
  readonly steps: number;
  /**
   * Step by step. Send a `[B]` tensor of 0 and 1 to hold the examples where it is 0; it is
   * borrowed for that step. Newton steps at the end are left to `run`.
   */
  descend(options?: RecallOptions): Generator<RecallStep, void, tf.Tensor | undefined>;
  run(options?: RecallOptions): Promise<RecallResult>;
  /** Where it runs and why, and the parts of a step of so many examples, by default one. */
  describe(batch?: number): RecallDescription;
  dispose(): void;
  [Symbol.dispose](): void;
}
