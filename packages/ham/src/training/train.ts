// A train block becomes what the loop learns: its examples, its gradient, its params.

import { type Key, key as keyOf, OPTIMISERS } from "@hamlet/core";
import {
  assertNoDrive,
  type EnergyGraph,
  HamError,
  modelId,
  type Tensor,
  type Training,
} from "@hamlet/graph";
import { assertAdmitted, assertNumbersAdmitted } from "../hypergraph/assert-admitted.ts";
import type { Entries } from "../hypergraph/initial-entries.ts";
import { assertSchedulesAdmitted } from "../recall/schedule.ts";
import { engineFor, withEngine } from "../recall/engine.ts";
import type { RecallSetup } from "../recall/recall.ts";
import { GRADIENTS } from "./catalogue.ts";
import { Examples } from "./examples.ts";
import { Journal } from "./journal.ts";
import { learn, type Lesson, type LoopOptions } from "./loop.ts";
import type { TrainResult } from "./progress.ts";
import { assertBest } from "./restored.ts";
import { checkSetting, settingsOf } from "./settings.ts";
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

/** How a training is run; a checkpoint is due after every epoch. */
export interface TrainOptions extends LoopOptions {
  /** Shuffles, draws and what is held back follow from it; default `key(0)`. */
  readonly key?: Key;
  /** How often all examples are seen; default as the train block says. */
  readonly epochs?: number;
  /** The share of the examples that is held back to measure the loss on; default 0. */
  readonly validation?: number;
  /** A checkpoint to go on from, as bytes; its key takes the place of `key`. */
  readonly resume?: Uint8Array;
}

/**
 * Runs a train block. The same key gives the same params, to the bit on one backend, also when the
 * training was stopped and went on from a checkpoint.
 *
 * @throws HamError `ham/loss-not-finite` when a loss, a gradient or a param stops being a number;
 * `ham/nothing-to-learn` when the first loss is 0 and without a slope, as a sum over nothing is;
 * `ham/other-training` for a checkpoint of something else; `core/bad-checkpoint` for one with entries
 * that a param does not take; `ham/bad-setting`, `ham/no-gradient`,
 * `ham/setting-trained`, `graph/driven`, `ham/batch-mismatch`, `ham/no-examples`.
 */
export async function train(
  graph: EnergyGraph,
  training: Training,
  setup: TrainSetup,
  options: TrainOptions = {},
): Promise<TrainResult> {
  assertNoDrive(graph, "A model is trained");
  const { name, recall, loss, metrics = [], feeds } = training;
  const settings = settingsOf(training, setup);
  const validation = checkSetting(name, "validation", options.validation ?? 0);
  const epochs = checkSetting(name, "epochs", options.epochs ?? settings.epochs);
  const { sizes, numbers } = setup;
  assertNumbersAdmitted(graph, setup);
  assertSchedulesAdmitted(recall, setup);
  for (const [tensor, { data, shape }] of [...setup.params, ...setup.examples]) {
    assertAdmitted(tensor, data, shape);
  }
  const journal = Journal.open(modelId(graph), {
    metrics: metrics.map((metric) => metric.name),
    settings: toldSettings(training, setup),
    key: options.key ?? keyOf(0),
    resume: options.resume,
  });
  const examples = new Examples({
    name,
    files: setup.examples,
    feeds,
    space: { sizes, constants: numbers },
    key: journal.key,
    batch: settings.batch,
    validation,
    heldOut: setup.heldOut ?? null,
  });
  journal.assertSame({ ...examples.counts, batch: settings.batch });
  const params = trainedParams(graph, training);
  const start = new Map(params.map((param) => [param, setup.params.get(param)!]));
  if (journal.best !== null) assertBest(journal.best, start);
  const parts = { graph, recall, loss, metrics, params, setup, options: settings.gradient };
  const { name: engineName } = engineFor(setup.engine);
  const lesson = withEngine(
    engineName,
    (engine): Pick<Lesson, "weights" | "gradient" | "engine"> => {
      const weights = new Weights(engine, start, {
        optimiser: OPTIMISERS.get(training.optimiser.name)!,
        settings: settings.optimiser,
        clip: settings.clip,
        sizes,
      });
      try {
        const method = GRADIENTS.get(training.gradient.name)!;
        return {
          weights,
          gradient: method.make({ ...parts, engine, weights }),
          engine: engine.name,
        };
      } catch (error) {
        weights.dispose();
        throw error;
      }
    },
  );
  return learn(
    {
      ...lesson,
      examples,
      journal,
      steps: epochs * examples.stepsAnEpoch,
      notFinite: (what: string, step: number) =>
        notFinite(training, what, { step, epoch: Math.ceil(step / examples.stepsAnEpoch) }),
      nothingToLearn: () => nothingToLearn(training),
    },
    options,
  );
}

function nothingToLearn({ name }: Training): HamError {
  return new HamError(
    "ham/nothing-to-learn",
    `The loss of the training "${name}" is 0 on its first examples, and no param changes it: nothing would be learned. A sum over nothing is 0, so look at every \`where\` and mask in the loss, and at examples that are all 0.`,
    { training: name },
  );
}

function notFinite(
  { name, recall }: Training,
  what: string,
  { step, epoch }: { readonly step: number; readonly epoch: number },
): HamError {
  return new HamError(
    "ham/loss-not-finite",
    `The ${what} of the training "${name}" is not a number any more: step ${step}, in epoch ${epoch}. Try a smaller learning rate, clip = 1, or a smaller dt in the recall "${recall.name}"; and look for log or / of 0 in the loss.`,
    { training: name, step, epoch },
  );
}
