// The training loop: a batch, its gradient, a step, the average.

import { foldIn, type Key, key as keyOf, makeTurn, type Progress, type Signal } from "@hamlet/core";
import { assertMatrix, HamError } from "@hamlet/graph";
import { type Points } from "../data/points.ts";
import { initialModel, type InitialOptions, type ScoreModel } from "../network/model.ts";
import { type NetworkShape, networkShape } from "../network/shape.ts";
import { Batches } from "./batches.ts";
import { Journal, lossesOf, readResumed } from "./journal.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { Standing } from "./standing.ts";

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
 * The same key gives the same weights, to the bit on one backend, also when the training was
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
  const task = { patterns, settings };
  const resumed = options.resume === undefined ? null : readResumed(options.resume, shape, task);
  const key = resumed?.checkpoint.key ?? options.key ?? keyOf(0);
  const start = resumed?.model ?? initialModel(foldIn(key, 0), shape, options);
  const journal = new Journal(key, start, task);
  const standing = new Standing(start, settings);
  try {
    if (resumed !== null) {
      standing.restore(resumed.checkpoint.arrays);
      journal.iteration = resumed.checkpoint.step;
      journal.losses.push(...lossesOf(resumed.checkpoint));
    }
    const ending = await iterate({ standing, journal, task, options, start });
    const checkpoint = journal.checkpoint(await standing.arrays());
    await options.onCheckpoint?.(checkpoint);
    const model = { ...start, weights: await standing.average() };
    const { iteration: iterations, losses } = journal;
    return { ending, iterations, losses, model, checkpoint };
  } finally {
    standing.dispose();
  }
}

interface Run {
  readonly standing: Standing;
  readonly journal: Journal;
  readonly task: { readonly patterns: Points; readonly settings: Settings };
  readonly options: TrainScoreOptions;
  readonly start: ScoreModel;
}

async function iterate(run: Run): Promise<TrainedScore["ending"]> {
  const { standing, journal, task, options } = run;
  const { iterations, batch } = task.settings;
  const { signal } = options;
  const batches = new Batches(task.patterns, batch, foldIn(journal.key, 1));
  const turn = makeTurn();
  while (journal.iteration < iterations) {
    if (signal?.aborted === true) return "aborted";
    standing.move(batches.deal(journal.iteration), journal.iteration + 1);
    journal.iteration++;
    await report(run);
    await turn();
  }
  return "finished";
}

/** Whatever is due after an iteration. */
async function report({ standing, journal, task, options, start }: Run): Promise<void> {
  const { iteration } = journal;
  const { iterations, every, averageEvery, checkpointEvery } = task.settings;
  if (iteration % every === 0) {
    const loss = (await standing.takeLoss()) / every;
    if (!Number.isFinite(loss)) throw notFinite(iteration);
    journal.losses.push(loss);
    options.onProgress?.({ done: iteration, of: iterations, loss });
  }
  if (options.onAverage !== undefined && iteration % averageEvery === 0) {
    await options.onAverage({ ...start, weights: await standing.average() }, iteration);
  }
  if (options.onCheckpoint !== undefined && iteration % checkpointEvery === 0) {
    await options.onCheckpoint(journal.checkpoint(await standing.arrays()));
  }
}

function notFinite(iteration: number): HamError {
  return new HamError(
    "diffusion/loss-not-finite",
    `The loss of the score is not a number any more, after ${iteration} iterations. Try a smaller lr, and patterns of about unit size.`,
    { iteration },
  );
}
