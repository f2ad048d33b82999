// Trains one network, leaves what it needs to go on, and shows how far it has come.

import { readFile } from "node:fs/promises";
import { type Key, readCheckpoint } from "@hamlet/core";
import {
  networkScore,
  type Noise,
  type Points,
  sampleEulerMaruyama,
  type ScoreModel,
  type TrainedScore,
  trainScore,
  writeScore,
} from "@hamlet/diffusion";
import { HamError } from "@hamlet/graph";
import { CommandError, EXIT } from "../../exit.ts";
import { pathIn } from "../../files/path-in.ts";
import { writeFileAtomically } from "../../files/write.ts";
import { drawEarly } from "./figures.ts";

/** No early samples are drawn more often than this. */
const EARLY = 1000;

/**
 * Examples of an iteration: as many as there are patterns, within bounds. The notebook has no lower
 * one. With two examples at a time the average of 50 000 iterations comes within 0.1 of two patterns
 * in 63 of 100 samples; with a hundred, each pattern fifty times under other noise, in all but one of
 * 1500.
 */
const BATCH = { least: 100, most: 500 };

/** What one network is trained on, and for how long. */
export interface Lesson {
  readonly patterns: Points;
  readonly noise: Noise;
  readonly iterations: number;
  /** How much of the averaged weights stays in an iteration; default: as the notebook has it. */
  readonly decay?: number;
  readonly key: Key;
  readonly seed: number;
  /** The folder of everything that is written. */
  readonly out: string;
  readonly signal?: { readonly aborted: boolean };
  readonly onProgress: (iteration: number, loss: number) => void;
}

/** Trains a network, or goes on with it where an earlier run was stopped; stopped, it has left a checkpoint. */
export async function learn(lesson: Lesson): Promise<TrainedScore> {
  const { patterns, noise, iterations, decay, key, seed, out, signal, onProgress } = lesson;
  const stem = pathIn(out, `diffusion-${patterns.shape[0]}`);
  const checkpoint = `${stem}.checkpoint.safetensors`;
  const resume = await begun(checkpoint, iterations);
  try {
    const trained = await trainScore(patterns, {
      shape: { sigma: noise.sigma },
      iterations,
      ...(decay !== undefined && { decay }),
      batch: Math.max(BATCH.least, Math.min(BATCH.most, patterns.shape[0])),
      key,
      ...(resume !== null && { resume }),
      ...(signal !== undefined && { signal }),
      onProgress: ({ done: iteration, loss }) => onProgress(iteration, loss),
      onCheckpoint: (bytes) => writeFileAtomically(checkpoint, bytes),
      averageEvery: Math.max(EARLY, Math.ceil(iterations / 10)),
      onAverage: (model, iteration) =>
        iteration < iterations
          ? showEarly(`${stem}-early.svg`, { model, iteration }, lesson)
          : undefined,
    });
    if (trained.ending === "aborted") return trained;
    const notes = {
      patterns: String(patterns.shape[0]),
      iterations: String(iterations),
      seed: String(seed),
    };
    await writeFileAtomically(`${stem}.safetensors`, writeScore(trained.model, notes));
    return trained;
  } catch (error) {
    if (!HamError.isInstance(error) || error.code !== "diffusion/other-training") throw error;
    throw new CommandError(EXIT.usage, `${checkpoint}: ${error.message}`);
  }
}

/** The checkpoint of an earlier run; null when there is none. */
async function begun(path: string, iterations: number): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (bytes === null) return null;
  const { step } = readCheckpoint(bytes, { source: path });
  if (step <= iterations) return bytes;
  throw new CommandError(
    EXIT.usage,
    `${path} is ${step} iterations along, more than the ${iterations} asked for. Ask for more with --iterations, choose another folder with --out, or remove that file to start anew.`,
  );
}

/** Samples of a network that is still learning. */
async function showEarly(
  path: string,
  { model, iteration }: { readonly model: ScoreModel; readonly iteration: number },
  { patterns, noise, key }: Lesson,
): Promise<void> {
  using score = networkScore(model);
  const samples = await sampleEulerMaruyama(score, { noise, key, count: 300, steps: 60 });
  await writeFileAtomically(path, drawEarly({ patterns, samples, iteration }));
}
