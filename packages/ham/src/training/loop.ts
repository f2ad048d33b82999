// The training loop: a minibatch, its gradient, a step; what is held back, and a checkpoint, when due.

import { makeTurn, type Signal } from "@hamlet/core";
import type { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import type { RecallEngine } from "../recall/engine.ts";
import type { Dealt } from "./examples.ts";
import type { Journal } from "./journal.ts";
import type { GradientResult, LossGradient, LossAndMetrics } from "./loss-gradient.ts";
import type { TrainProgress, TrainResult } from "./progress.ts";
import type { MovingWeights } from "./weights.ts";

/** Minibatches of examples, as numbers. Everything random in them follows from a key and the step. */
export interface Dealer {
  /** The number of examples to learn from, and of those held back. */
  readonly counts: { readonly training: number; readonly validation: number };
  readonly stepsAnEpoch: number;
  /** The minibatch of a step, counted from 0 over all epochs. */
  deal(step: number): Dealt;
  /** The examples held back, in minibatches with the same draws every time. */
  validation(): Iterable<Dealt>;
}

/** What is learned, from what, and how. */
export interface Lesson {
  readonly gradient: LossGradient;
  /** What moves. The loop disposes it when it fails. */
  readonly weights: MovingWeights;
  /** What they run on. */
  readonly engine: RecallEngine;
  readonly examples: Dealer;
  readonly journal: Journal;
  /** How many steps there will be, from the very first. */
  readonly steps: number;
  /** A checkpoint is written after so many steps; default: an epoch's. */
  readonly checkpointEvery?: number;
  /** What else is done after a step, such as showing an average. */
  readonly afterStep?: (progress: TrainProgress) => Promise<void>;
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
    const { journal, weights, examples, gradient } = this.#lesson;
    const { step } = journal;
    const found = await gradient.gradient({ ...examples.deal(step), turn: this.#turn });
    if (!Number.isFinite(found.loss)) throw this.#notFinite("loss");
    const total = await weights.move(step + 1, found.scale);
    // A sum can pass the largest number where no entry does.
    if (!Number.isFinite(total) && !(await weights.everySlope(Number.isFinite))) {
      throw this.#notFinite("gradient");
    }
    if (step === 0 && found.loss === 0 && (await weights.everySlope((x) => x === 0))) {
      const error = this.#lesson.nothingToLearn?.();
      if (error !== undefined) throw error;
    }
    journal.add(found);
    this.#unsettled += found.unsettled;
    this.#unsolved += found.unsolved;
    return found;
  }

  #named(metrics: readonly number[]): Map<string, number> {
    return new Map([...this.#lesson.journal.metrics.keys()].map((name, i) => [name, metrics[i]]));
  }

  /** What the examples held back measure, on average; null when there are none. */
  async #validate(): Promise<LossAndMetrics | null> {
    const { journal, examples, gradient, weights } = this.#lesson;
    const { validation: count } = examples.counts;
    if (count === 0) return null;
    let total = 0;
    const metrics = Array.from(journal.metrics, () => 0);
    for (const dealt of examples.validation()) {
      const found = await gradient.measure({ ...dealt, turn: this.#turn });
      total += dealt.batch * found.loss;
      found.metrics.forEach((value, i) => (metrics[i] += (dealt.batch / count) * value));
    }
    const loss = total / count;
    if (!Number.isFinite(loss)) throw this.#notFinite("loss on the examples held back");
    if (journal.isBest(loss)) journal.keepBest(loss, await weights.numbers());
    journal.validated({ loss, metrics });
    return { loss, metrics };
  }

  async #checkpoint(): Promise<Uint8Array> {
    return this.#lesson.journal.checkpoint(await this.#lesson.weights.arrays());
  }

  /** The gradient of the last step was finite, and the step may still have been too large. */
  async #assertParamsFinite(): Promise<void> {
    const { weights, journal, notFinite } = this.#lesson;
    if (!(await weights.areFinite())) throw notFinite("value of a param", journal.step);
  }

  async #leaveCheckpoint(): Promise<void> {
    await this.#assertParamsFinite();
    await this.#options.onCheckpoint?.(await this.#checkpoint());
  }

  #result(ending: TrainResult["ending"]): TrainResult {
    const { journal, weights, examples, engine } = this.#lesson;
    const params = weights.values();
    const { step, settings, losses, validation, metrics, changed, best } = journal;
    const dispose = () => {
      tf.dispose([...params.values()]);
      weights.dispose();
    };
    return {
      ending,
      engine,
      steps: step,
      settings,
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
