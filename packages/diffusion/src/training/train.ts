// Patterns, noise and a network become what the training loop learns.

import {
  type ArrayData,
  foldIn,
  type Key,
  key as keyOf,
  OPTIMISERS,
  type Progress,
  type Signal,
} from "@hamlet/core";
import { assertMatrix, HamError, type Tensor } from "@hamlet/graph";
import {
  type ChangedSetting,
  type Dealer,
  engineFor,
  type Entries,
  fingerprint,
  Journal,
  learn,
  type Lesson,
  type RecallEngine,
  type TrainProgress,
  Weights,
  withEngine,
} from "@hamlet/ham";
import type { Points } from "../data/points.ts";
import { initialModel, type InitialOptions, places, type ScoreModel } from "../network/model.ts";
import { type Network, network } from "../network/network.ts";
import { type NetworkShape, networkShape } from "../network/shape.ts";
import { Batches } from "./batches.ts";
import { DenoisingGradient } from "./gradient.ts";
import { type DenoisingLoss, denoisingLoss } from "./loss.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** How many iterations of a training are done. */
export interface ScoreProgress extends Progress {
  /** The mean loss of the iterations since it was last reported. */
  readonly loss: number;
}

/** How a score is learned. */
export interface TrainScoreOptions extends Partial<Settings>, InitialOptions {
  /** Default: the network of the notebook. */
  readonly shape?: Partial<NetworkShape>;
  /** The start, the batches, the noise and the times follow from it; default `key(0)`. */
  readonly key?: Key;
  /** What it runs on; default as for recalls: compiled code where the backend is of the processor. */
  readonly engine?: RecallEngine;
  /** A checkpoint to go on from, as bytes; its key takes the place of `key`. */
  readonly resume?: Uint8Array;
  /** Called every `every` iterations. */
  readonly onProgress?: (progress: ScoreProgress) => void;
  /** Called with the averaged weights every `averageEvery` iterations: for early figures. */
  readonly onAverage?: (model: ScoreModel, iteration: number) => void | Promise<void>;
  /** Called with a checkpoint every `checkpointEvery` iterations, and when the training ends. */
  readonly onCheckpoint?: (bytes: Uint8Array) => void | Promise<void>;
  /** Ends the training after the iteration that is under way. */
  readonly signal?: Signal;
}

/** What was learned: plain data. */
export interface TrainedScore {
  /** `aborted`: the signal said so; everything learned until then is here. */
  readonly ending: "finished" | "aborted";
  readonly iterations: number;
  /** Mean losses, one for every `every` iterations since the very first. */
  readonly losses: readonly number[];
  /** The network with averaged weights. */
  readonly model: ScoreModel;
  /** Everything that is needed to go on from here, as the bytes of a checkpoint file. */
  readonly checkpoint: Uint8Array;
}

/**
 * Learns the score of noised patterns by denoising score matching: Adam on
 * `E ‖σ √t · s(x + σ √t z, t) + z‖²`, with x a pattern, `z ~ N(0, 1)` and t uniform up to 1.
 *
 * It is learned by the loop of `@hamlet/ham`. The same key gives the same weights, to the bit on one backend, also when the training was
 * stopped and went on from a checkpoint.
 *
 * Vincent, A connection between score matching and denoising autoencoders, Neural Computation 23
 * (2011); Song et al., ICLR 2021, arXiv:2011.13456.
 *
 * @throws HamError `graph/bad-shape`, `graph/empty-array`, `graph/not-finite`, `diffusion/bad-setting`, `diffusion/network-shape`;
 * `diffusion/other-training` for a checkpoint of something else; `diffusion/loss-not-finite`.
 */
export async function trainScore(
  patterns: Points,
  options: TrainScoreOptions = {},
): Promise<TrainedScore> {
  const settings = settingsOf(options, patterns.shape[0]);
  const shape = networkShape({ width: patterns.shape[1], ...options.shape });
  assertMatrix("the patterns to learn from", patterns, { width: shape.width });
  const { iterations, batch, lr, decay, checkpointEvery } = settings;
  const journal = Journal.open(modelName(shape), {
    settings: told(patterns, settings, options),
    key: options.key ?? keyOf(0),
    resume: options.resume,
  });
  if (journal.changed.length > 0) throw otherTraining(journal.changed);
  const start = initialModel(foldIn(journal.key, 0), shape, options);
  const net = network(shape);
  const loss = denoisingLoss(net);
  const batches = new Batches(patterns, batch, foldIn(journal.key, 1));
  const examples = dealerOf(batches, { net, loss, count: patterns.shape[0], batch });
  journal.assertSame({ ...examples.counts, batch });
  const { name } = engineFor(options.engine);
  const parts = { net, loss, frequencies: start.frequencies };
  const learned = withEngine(name, (engine): Learned => {
    const weights = new Weights(engine, entriesOf(net, start), {
      optimiser: OPTIMISERS.get("adam")!,
      settings: { lr },
      decay,
    });
    try {
      const gradient = new DenoisingGradient({ ...parts, engine, weights });
      return { weights, gradient, engine: name, averages: () => weights.averages() };
    } catch (error) {
      weights.dispose();
      throw error;
    }
  });
  const averaged = async () => ({ ...start, weights: joined(await learned.averages()) });
  const lesson = {
    ...learned,
    examples,
    journal,
    checkpointEvery,
    notFinite,
    steps: iterations,
    afterStep: (progress: TrainProgress) =>
      report(progress, { settings, options, journal, averaged }),
  };
  const { onCheckpoint, signal } = options;
  using result = await learn(lesson, {
    ...(onCheckpoint && { onCheckpoint }),
    ...(signal && { signal }),
  });
  const checkpoint = await result.checkpoint();
  const isLeft = result.ending === "aborted" || iterations % checkpointEvery === 0;
  if (!isLeft) await onCheckpoint?.(checkpoint);
  const { ending, steps } = result;
  const losses = meansOf(result.losses, settings.every);
  return { ending, iterations: steps, losses, model: await averaged(), checkpoint };
}

/** What is learned, and where its averages are. */
interface Learned extends Pick<Lesson, "weights" | "gradient" | "engine"> {
  averages(): Promise<ReadonlyMap<string, ArrayData>>;
}

function modelName({ width, hidden, embedding, layers, sigma }: NetworkShape): string {
  return `score-network width=${width} hidden=${hidden} embedding=${embedding} layers=${layers} sigma=${sigma}`;
}

/** All that decides what is learned from, and how, but for how long it goes on. */
function told(
  patterns: Points,
  { batch, lr, decay }: Settings,
  { frequencyScale }: InitialOptions,
): Record<string, string> {
  return {
    patterns: fingerprint(patterns),
    batch: `${batch}`,
    lr: `${lr}`,
    decay: `${decay}`,
    frequencyScale: `${frequencyScale ?? "default"}`,
  };
}

function dealerOf(
  batches: Batches,
  about: { net: Network; loss: DenoisingLoss; count: number; batch: number },
): Dealer {
  const { net, loss, count, batch } = about;
  return {
    counts: { training: count, validation: 0 },
    stepsAnEpoch: Math.ceil(count / batch),
    deal(step) {
      const { clean, noise, times } = batches.deal(step);
      const shape = [batch, net.shape.width];
      const givens = new Map<Tensor, Entries>([
        [loss.clean, { shape, data: clean }],
        [loss.noise, { shape, data: noise }],
        [net.t, { shape: [batch], data: times }],
      ]);
      // All draws are in the batch already.
      return { givens, batch, key: keyOf(0) };
    },
    validation: () => [],
  };
}

function entriesOf(net: Network, { weights }: ScoreModel): Map<Tensor, Entries> {
  return new Map(
    places(net).map(({ weight: { tensor, shape }, from, count }) => [
      tensor,
      { shape, data: weights.subarray(from, from + count) },
    ]),
  );
}

/** All weights, one after the other in the order of the network. */
function joined(arrays: ReadonlyMap<string, ArrayData>): Float32Array {
  const all = [...arrays.values()].map(({ data }) => data as Float32Array);
  const weights = new Float32Array(all.reduce((total, { length }) => total + length, 0));
  let next = 0;
  for (const each of all) {
    weights.set(each, next);
    next += each.length;
  }
  return weights;
}

/** Whatever is due after an iteration. */
async function report(
  { done, of }: TrainProgress,
  about: {
    settings: Settings;
    options: TrainScoreOptions;
    journal: Journal;
    averaged: () => Promise<ScoreModel>;
  },
): Promise<void> {
  const { settings, options, journal, averaged } = about;
  const { every, averageEvery } = settings;
  if (done % every === 0) {
    const loss = mean(journal.losses.slice(-every));
    options.onProgress?.({ done, of, loss });
  }
  if (options.onAverage !== undefined && done % averageEvery === 0) {
    await options.onAverage(await averaged(), done);
  }
}

/** The means of every so many losses. */
function meansOf(losses: readonly number[], every: number): number[] {
  return Array.from({ length: Math.floor(losses.length / every) }, (_, k) =>
    mean(losses.slice(k * every, (k + 1) * every)),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function notFinite(what: string, step: number): HamError {
  return new HamError(
    "diffusion/loss-not-finite",
    `The ${what} of the score is not a number any more, in iteration ${step}. Try a smaller lr, and patterns of about unit size.`,
    { iteration: step },
  );
}

function otherTraining(changed: readonly ChangedSetting[]): HamError {
  const list = changed.map(({ name, before, now }) => `${name} ${before}, now ${now}`).join("; ");
  return new HamError(
    "diffusion/other-training",
    `The checkpoint is of another training: it was written with ${list}. Go on with the patterns and settings that wrote it, or start anew without it.`,
    { changed: changed.map(({ name }) => name) },
  );
}
