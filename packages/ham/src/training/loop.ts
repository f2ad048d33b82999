// The training loop: a minibatch, its gradient, a step; what is held back, and a checkpoint, when due.

import { type Inputs, makeTurn, type Settings, type Signal } from "@hamlet/core";
import type { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import type { Dealt } from "./examples.ts";
import type { Journal } from "./journal.ts";
import type { GradientResult, LossGradient, LossAndMetrics } from "./loss-gradient.ts";
import type { TrainProgress, TrainResult } from "./progress.ts";
import type { Weights } from "./weights.ts";

/** Minibatches of examples. Everything random in them follows from a key and the step. */
export interface Dealer {
  /** The number of examples to learn from, and of those held back. */
  readonly counts: { readonly training: number; readonly validation: number };
  readonly stepsAnEpoch: number;
  /** The minibatch of a step, counted from 0 over all epochs; its tensors are the caller's. */
  deal(step: number): Dealt;
  /** The examples held back, in minibatches with the same draws every time. */
  validation(): Iterable<Dealt>;
}

/** What is learned, from what, and how. */
export interface Lesson {
  readonly gradient: LossGradient;
  /** What moves. The loop disposes it when it fails. */
  readonly weights: Weights;
  /** What does not move, beside it. */
  readonly values: Inputs;
  readonly examples: Dealer;
  readonly journal: Journal;
  /** How many steps there will be, from the very first. */
  readonly steps: number;
  /** A checkpoint is written after so many steps; default: an epoch's. */
  readonly checkpointEvery?: number;
  /** What else is done after a step, such as showing an average. */
  readonly afterStep?: (progress: TrainProgress) => Promise<void>;
  readonly optimiser: Settings;
  /** The largest norm of a gradient. */
  readonly clip: number;
  /** The error for a loss, a gradient or a param that stops being a number in a step, counted from 1. */
  readonly notFinite: (what: string, step: number) => HamError;
  /** The error for a first loss of 0 without a slope, where that can be. */
  readonly nothingToLearn?: () => HamError;
}

/** What a loop tells, and what ends it. */
export interface LoopOptions {
  /** Called after every step. */
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Called with a checkpoint when one is due, and when the training is stopped. */
  readonly onCheckpoint?: (bytes: Uint8Array) => void | Promise<void>;
  /** Ends the training after the step that is under way. */
  readonly signal?: Signal;
}

/**
 * Learns a lesson to its end, or until the signal. It goes on where the journal stands. Disposes the
 * gradient; the weights are the result's.
 */
export async function learn(lesson: Lesson, options: LoopOptions): Promise<TrainResult> {
  try {
    return await new Loop(lesson, options).toTheEnd();
  } catch (error) {
    lesson.weights.dispose();
    throw error;
  } finally {
    lesson.gradient.dispose();
  }
}

class Loop {
  readonly #lesson: Lesson;
  readonly #options: LoopOptions;
  /** Steps that a checkpoint had made. */
  readonly #begun: number;
  /** Without the signal, which ends a training after a step and throws nothing. */
  readonly #turn = makeTurn();
  #unsettled = 0;
  #unsolved = 0;

  constructor(lesson: Lesson, options: LoopOptions) {
    this.#lesson = lesson;
    this.#options = options;
    this.#begun = lesson.journal.step;
  }

  async toTheEnd(): Promise<TrainResult> {
    const { journal, weights, examples, steps } = this.#lesson;
    const { stepsAnEpoch } = examples;
    const { checkpointEvery = stepsAnEpoch } = this.#lesson;
    if (journal.arrays !== null) weights.restore(journal.arrays);
    if (journal.step === 0) await this.#validate();
    while (journal.step < steps) {
      if (this.#options.signal?.aborted === true) {
        await this.#leaveCheckpoint();
        return this.#result("aborted");
      }
      const { loss, metrics, unsettled, unsolved } = await this.#step();
      const ends = journal.step % stepsAnEpoch === 0;
      if (ends) await this.#assertParamsFinite();
      const held = ends ? await this.#validate() : null;
      const progress = {
        done: journal.step,
        of: steps,
        epoch: journal.step / stepsAnEpoch,
        epochs: steps / stepsAnEpoch,
        loss,
        validation: held?.loss ?? null,
        metrics: this.#named(metrics),
        validationMetrics: held && this.#named(held.metrics),
        unsettled,
        unsolved,
      };
      this.#options.onProgress?.(progress);
      await this.#lesson.afterStep?.(progress);
      if (journal.step % checkpointEvery === 0) await this.#leaveCheckpoint();
      await this.#turn();
    }
    return this.#result("finished");
  }

  async #step(): Promise<GradientResult> {
    const { journal, weights, examples, gradient, optimiser, clip } = this.#lesson;
    const { step } = journal;
    const { givens, batch, key } = examples.deal(step);
    let params: { all: Inputs; own: tf.Tensor[] } | null = null;
    let found: GradientResult | null = null;
    try {
      params = this.#params();
      found = await gradient.gradient({
        params: params.all,
        givens,
        batch,
        key,
        turn: this.#turn,
      });
      const slopes = [...found.gradients.values()];
      if (!Number.isFinite(found.loss)) throw this.#notFinite("loss");
      if (!(await areFinite(slopes))) throw this.#notFinite("gradient");
      if (step === 0 && found.loss === 0 && (await areZero(slopes))) {
        const error = this.#lesson.nothingToLearn?.();
        if (error !== undefined) throw error;
      }
      weights.move(found.gradients, step + 1, optimiser, clip);
      journal.add(found);
      this.#unsettled += found.unsettled;
      this.#unsolved += found.unsolved;
      return found;
    } finally {
      const own = [...(params?.own ?? []), ...(found?.gradients.values() ?? [])];
      tf.dispose([...givens.values(), ...own]);
    }
  }

  #named(metrics: readonly number[]): Map<string, number> {
    return new Map([...this.#lesson.journal.metrics.keys()].map((name, i) => [name, metrics[i]]));
  }

  /** What the examples held back measure, on average; null when there are none. */
  async #validate(): Promise<LossAndMetrics | null> {
    const { journal, examples, gradient, weights } = this.#lesson;
    const { validation: count } = examples.counts;
    if (count === 0) return null;
    const params = this.#params();
    let total = 0;
    const metrics = Array.from(journal.metrics, () => 0);
    try {
      for (const { givens, batch, key } of examples.validation()) {
        try {
          const { all } = params;
          const minibatch = { params: all, givens, batch, key, turn: this.#turn };
          const found = await gradient.measure(minibatch);
          total += batch * found.loss;
          found.metrics.forEach((value, i) => (metrics[i] += (batch / count) * value));
        } finally {
          tf.dispose([...givens.values()]);
        }
      }
    } finally {
      tf.dispose(params.own);
    }
    const loss = total / count;
    if (!Number.isFinite(loss)) throw this.#notFinite("loss on the examples held back");
    if (journal.isBest(loss)) journal.keepBest(loss, await weights.numbers());
    journal.validated({ loss, metrics });
    return { loss, metrics };
  }

  /** Every param of the model; those that are trained are ours to dispose. */
  #params(): { all: Inputs; own: tf.Tensor[] } {
    const trained = this.#lesson.weights.values();
    return { all: new Map([...this.#lesson.values, ...trained]), own: [...trained.values()] };
  }

  async #checkpoint(): Promise<Uint8Array> {
    return this.#lesson.journal.checkpoint(await this.#lesson.weights.arrays());
  }

  /** The gradient of the last step was finite, and the step may still have been too large. */
  async #assertParamsFinite(): Promise<void> {
    const { weights, journal, notFinite } = this.#lesson;
    const values = [...weights.values().values()];
    try {
      if (!(await areFinite(values))) throw notFinite("value of a param", journal.step);
    } finally {
      tf.dispose(values);
    }
  }

  async #leaveCheckpoint(): Promise<void> {
    await this.#assertParamsFinite();
    await this.#options.onCheckpoint?.(await this.#checkpoint());
  }

  #result(ending: TrainResult["ending"]): TrainResult {
    const { journal, weights, examples } = this.#lesson;
    const params = weights.values();
    const { step, losses, validation, metrics, changed, best } = journal;
    const dispose = () => {
      tf.dispose([...params.values()]);
      weights.dispose();
    };
    return {
      ending,
      steps: step,
      resumed: journal.arrays === null ? null : { step: this.#begun, changed },
      epochs: step / examples.stepsAnEpoch,
      losses,
      validation,
      metrics,
      best,
      unsettled: this.#unsettled,
      unsolved: this.#unsolved,
      params,
      checkpoint: () => this.#checkpoint(),
      dispose,
      [Symbol.dispose]: dispose,
    };
  }

  #notFinite(what: string): HamError {
    return this.#lesson.notFinite(what, this.#lesson.journal.step + 1);
  }
}

/** Whether every entry is a number, with one read where all are. */
async function areFinite(tensors: readonly tf.Tensor[]): Promise<boolean> {
  if (tensors.length === 0) return true;
  if (Number.isFinite(await total(tensors, (tensor) => tensor))) return true;
  // A sum can pass the largest number where no entry does; 0 · x is 0 for every number.
  return (await total(tensors, (tensor) => tf.mul(tensor, 0))) === 0;
}

async function total(
  tensors: readonly tf.Tensor[],
  of: (tensor: tf.Tensor) => tf.Tensor,
): Promise<number> {
  const sum = tf.tidy(() => tf.addN(tensors.map((tensor) => tf.sum(of(tensor)))));
  try {
    return (await sum.data())[0];
  } finally {
    sum.dispose();
  }
}

/** Whether every entry is 0, with one read. */
async function areZero(tensors: readonly tf.Tensor[]): Promise<boolean> {
  if (tensors.length === 0) return true;
  const largest = tf.tidy(() => tf.max(tf.stack(tensors.map((tensor) => tf.max(tf.abs(tensor))))));
  try {
    return (await largest.data())[0] === 0;
  } finally {
    largest.dispose();
  }
}
