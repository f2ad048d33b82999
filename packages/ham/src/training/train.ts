// The training loop: minibatch, gradient, step; validation and a checkpoint after every epoch.

import {
  type ArrayData,
  type Inputs,
  type Key,
  key as keyOf,
  makeTurn,
  OPTIMISERS,
  type Signal,
} from "@hamlet/core";
import { type EnergyGraph, HamError, type Tensor, type Training } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { assertAdmitted, assertNumbersAdmitted } from "../hypergraph/assert-admitted.ts";
import type { Entries } from "../hypergraph/initial-entries.ts";
import { assertSchedulesAdmitted } from "../recall/schedule.ts";
import type { RecallSetup } from "../recall/recall.ts";
import { GRADIENTS } from "./catalogue.ts";
import { Examples } from "./examples.ts";
import { Journal } from "./journal.ts";
import type { GradientResult, LossGradient } from "./loss-gradient.ts";
import type { TrainProgress, TrainResult } from "./progress.ts";
import { checkSetting, settingsOf, type TrainingSettings } from "./settings.ts";
import { trainedParams } from "./trained.ts";
import { toldSettings } from "./told.ts";
import { Weights } from "./weights.ts";

/** What a training is made of beside its block. */
export interface TrainSetup extends RecallSetup {
  /** The start of every param. */
  readonly params: ReadonlyMap<Tensor, Entries>;
  /** The examples: every given with a file that the training does not feed, `[N, …axes]`. */
  readonly examples: ReadonlyMap<Tensor, Entries>;
  /** The same givens with other examples, on which the loss is measured in place of a share. */
  readonly heldOut?: ReadonlyMap<Tensor, Entries>;
}

/** How a training is run. */
export interface TrainOptions {
  /** Shuffles, draws and what is held back follow from it; default `key(0)`. */
  readonly key?: Key;
  /** How often all examples are seen; default as the train block says. */
  readonly epochs?: number;
  /** The share of the examples that is held back to measure the loss on; default 0. */
  readonly validation?: number;
  /** A checkpoint to go on from, as bytes; its key takes the place of `key`. */
  readonly resume?: Uint8Array;
  /** Called after every step. */
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Called with a checkpoint after every epoch, and when the training is stopped. */
  readonly onCheckpoint?: (bytes: Uint8Array) => void | Promise<void>;
  /** Ends the training after the step that is under way. */
  readonly signal?: Signal;
}

/**
 * Runs a train block. The same key gives the same params, to the bit on one backend, also when the
 * training was stopped and went on from a checkpoint.
 *
 * @throws HamError `ham/loss-not-finite` when a loss or a gradient stops being a number;
 * `ham/nothing-to-learn` when the first loss is 0 and without a slope, as a sum over nothing is;
 * `ham/other-training` for a checkpoint of something else; `ham/bad-setting`, `ham/no-gradient`,
 * `ham/setting-trained`, `ham/batch-mismatch`, `ham/no-examples`.
 */
export async function train(
  graph: EnergyGraph,
  training: Training,
  setup: TrainSetup,
  options: TrainOptions = {},
): Promise<TrainResult> {
  const run = new Run(graph, training, setup, options);
  try {
    return await run.toTheEnd();
  } catch (error) {
    run.weights.dispose();
    throw error;
  } finally {
    run.gradient.dispose();
  }
}

class Run {
  readonly weights: Weights;
  readonly gradient: LossGradient;
  readonly #training: Training;
  readonly #setup: TrainSetup;
  readonly #options: TrainOptions;
  readonly #settings: TrainingSettings;
  readonly #journal: Journal;
  readonly #examples: Examples;
  readonly #epochs: number;
  readonly #steps: number;
  /** Steps that a checkpoint had made. */
  readonly #begun: number;
  /** Without the signal, which ends a training after a step and throws nothing. */
  readonly #turn = makeTurn();
  #unsettled = 0;
  #unsolved = 0;

  constructor(graph: EnergyGraph, training: Training, setup: TrainSetup, options: TrainOptions) {
    const { name, recall, loss, feeds } = training;
    this.#training = training;
    this.#setup = setup;
    this.#options = options;
    this.#settings = settingsOf(training, setup);
    const validation = checkSetting(name, "validation", options.validation ?? 0);
    this.#epochs = checkSetting(name, "epochs", options.epochs ?? this.#settings.epochs);
    const { sizes, numbers } = setup;
    assertNumbersAdmitted(graph, setup);
    assertSchedulesAdmitted(recall, setup);
    for (const [tensor, { data, shape }] of [...setup.params, ...setup.examples]) {
      assertAdmitted(tensor, data, shape);
    }
    this.#journal = Journal.open(graph, toldSettings(training, this.#settings, setup), {
      key: options.key ?? keyOf(0),
      resume: options.resume,
    });
    this.#begun = this.#journal.step;
    this.#examples = new Examples({
      name,
      files: setup.examples,
      feeds,
      space: { sizes, constants: numbers },
      key: this.#journal.key,
      batch: this.#settings.batch,
      validation,
      heldOut: setup.heldOut ?? null,
    });
    this.#journal.assertSame({ ...this.#examples.counts, batch: this.#settings.batch });
    this.#steps = this.#epochs * this.#examples.stepsAnEpoch;
    const params = trainedParams(graph, training);
    this.gradient = GRADIENTS.get(training.gradient.name)!.make({
      graph,
      recall,
      loss,
      params,
      setup,
      options: this.#settings.gradient,
    });
    const start = new Map(params.map((param) => [param, setup.params.get(param)!]));
    try {
      this.weights = new Weights(start, OPTIMISERS.get(training.optimiser.name)!);
    } catch (error) {
      this.gradient.dispose();
      throw error;
    }
  }

  async toTheEnd(): Promise<TrainResult> {
    const journal = this.#journal;
    if (journal.arrays !== null) this.weights.restore(journal.arrays);
    if (journal.step === 0) await this.#validate();
    while (journal.step < this.#steps) {
      if (this.#options.signal?.aborted === true) return await this.#ended("aborted");
      const { loss, unsettled, unsolved } = await this.#step();
      const ends = journal.step % this.#examples.stepsAnEpoch === 0;
      const validation = ends ? await this.#validate() : null;
      this.#options.onProgress?.({
        done: journal.step,
        of: this.#steps,
        epoch: journal.step / this.#examples.stepsAnEpoch,
        epochs: this.#epochs,
        loss,
        validation,
        unsettled,
        unsolved,
      });
      if (ends) await this.#options.onCheckpoint?.(await this.#checkpoint());
      await this.#turn();
    }
    return this.#result("finished");
  }

  async #step(): Promise<GradientResult> {
    const { step } = this.#journal;
    const { givens, batch, key } = this.#examples.deal(step);
    let params: { all: Inputs; own: tf.Tensor[] } | null = null;
    let found: GradientResult | null = null;
    try {
      params = this.#params();
      found = await this.gradient.gradient({
        params: params.all,
        givens,
        batch,
        key,
        turn: this.#turn,
      });
      if (!Number.isFinite(found.loss)) throw this.#notFinite("loss");
      if (!(await areFinite([...found.gradients.values()]))) throw this.#notFinite("gradient");
      if (step === 0 && found.loss === 0 && (await areZero([...found.gradients.values()]))) {
        throw this.#nothingToLearn();
      }
      const { optimiser, clip } = this.#settings;
      this.weights.move(found.gradients, step + 1, optimiser, clip);
      this.#journal.add(found.loss);
      this.#unsettled += found.unsettled;
      this.#unsolved += found.unsolved;
      return found;
    } finally {
      const own = [...(params?.own ?? []), ...(found?.gradients.values() ?? [])];
      tf.dispose([...givens.values(), ...own]);
    }
  }

  /** The mean loss of what is held back; null when nothing is. */
  async #validate(): Promise<number | null> {
    const { validation: count } = this.#examples.counts;
    if (count === 0) return null;
    const params = this.#params();
    let total = 0;
    try {
      for (const { givens, batch, key } of this.#examples.validation()) {
        try {
          const { all } = params;
          const minibatch = { params: all, givens, batch, key, turn: this.#turn };
          total += batch * (await this.gradient.loss(minibatch));
        } finally {
          tf.dispose([...givens.values()]);
        }
      }
    } finally {
      tf.dispose(params.own);
    }
    const loss = total / count;
    if (!Number.isFinite(loss)) throw this.#notFinite("loss on the examples held back");
    if (this.#journal.isBest(loss)) this.#journal.keepBest(loss, await this.#values());
    this.#journal.validated(loss);
    return loss;
  }

  /** Every param of the model; those that are trained are ours to dispose. */
  #params(): { all: Inputs; own: tf.Tensor[] } {
    const trained = this.weights.values();
    return { all: new Map([...this.#setup.values, ...trained]), own: [...trained.values()] };
  }

  /** The trained params as numbers. */
  async #values(): Promise<Map<string, ArrayData>> {
    const values = this.weights.values();
    try {
      const arrays = new Map<string, ArrayData>();
      for (const [{ name }, value] of values) {
        const data = new Float32Array(await value.data());
        arrays.set(name, { shape: [...value.shape], dtype: "float32", data });
      }
      return arrays;
    } finally {
      tf.dispose([...values.values()]);
    }
  }

  async #checkpoint(): Promise<Uint8Array> {
    return this.#journal.checkpoint(await this.weights.arrays());
  }

  async #ended(ending: TrainResult["ending"]): Promise<TrainResult> {
    await this.#options.onCheckpoint?.(await this.#checkpoint());
    return this.#result(ending);
  }

  #result(ending: TrainResult["ending"]): TrainResult {
    const params = this.weights.values();
    const { step, losses, validation, changed, best } = this.#journal;
    const dispose = () => {
      tf.dispose([...params.values()]);
      this.weights.dispose();
    };
    return {
      ending,
      steps: step,
      resumed: this.#options.resume === undefined ? null : { step: this.#begun, changed },
      epochs: step / this.#examples.stepsAnEpoch,
      losses,
      validation,
      best,
      unsettled: this.#unsettled,
      unsolved: this.#unsolved,
      params,
      checkpoint: () => this.#checkpoint(),
      dispose,
      [Symbol.dispose]: dispose,
    };
  }

  #nothingToLearn(): HamError {
    const { name } = this.#training;
    return new HamError(
      "ham/nothing-to-learn",
      `The loss of the training "${name}" is 0 on its first examples, and no param changes it: nothing would be learned. A sum over nothing is 0, so look at every \`where\` and mask in the loss, and at examples that are all 0.`,
      { training: name },
    );
  }

  #notFinite(what: string): HamError {
    const { name } = this.#training;
    const step = this.#journal.step + 1;
    const epoch = Math.ceil(step / this.#examples.stepsAnEpoch);
    return new HamError(
      "ham/loss-not-finite",
      `The ${what} of the training "${name}" is not a number any more: step ${step}, in epoch ${epoch}. Try a smaller learning rate, clip = 1, or a smaller dt in the recall "${this.#training.recall.name}"; and look for log or / of 0 in the loss.`,
      { training: name, step, epoch },
    );
  }
}

/** Whether every entry is a number, with one read. */
async function areFinite(tensors: readonly tf.Tensor[]): Promise<boolean> {
  if (tensors.length === 0) return true;
  // 0 · x is 0, unless x is infinite or no number.
  const sum = tf.tidy(() => tf.addN(tensors.map((tensor) => tf.sum(tf.mul(tensor, 0)))));
  try {
    return (await sum.data())[0] === 0;
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
