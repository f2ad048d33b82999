// One point of a sweep: random pairs are stored and recalled, and the recall is measured.

import {
  bits,
  foldIn,
  inTurns,
  type Key,
  makeTurn,
  split,
  type StopOptions,
  type Turn,
  type Work,
} from "@hamlet/core";
import { recallKernel } from "./kernel/recall.ts";
import type { Separation } from "./kernel/separation.ts";
import { learnLinear, recallLinear } from "./learn/linear.ts";
import type { Pairs, MatrixLike } from "./learn/pairs.ts";
import {
  type Closeness,
  closenessOf,
  type ClosenessSums,
  closenessSums,
  measured,
  mergeCloseness,
} from "./metrics.ts";
import { assertSizes, type Sizes } from "./theory/linear.ts";

/** Rows that are drawn, or compared, at a time. */
const CHUNK = 2048;

/** A memory of random pairs to measure. */
export interface Experiment extends Sizes, StopOptions {
  /** A separation function, or the pseudo-inverse. */
  readonly method: "pseudo-inverse" | Separation;
  readonly key: Key;
  /** Independent memories; default 1. */
  readonly trials?: number;
  /** How many of the keys are asked for their values; default all. */
  readonly asked?: number;
  /** Whether keys are scaled to length 1; default false: numbers `N(0, 1)`. */
  readonly unitKeys?: boolean;
}

/** Numbers in a part of the work. */
const PART = 2 ** 17;

/** From this many trials on, a standard error is that between trials. */
const ENOUGH = 8;

/**
 * Stores random Gaussian pairs and says how close the recall of every key comes to its value.
 *
 * Values that are recalled by a kernel share what all stored values have in common, so their
 * standard errors need `trials` of at least 8: then they are those between trials. With fewer they
 * are those between pairs, which is enough for the pseudo-inverse: its pairs compete for d
 * directions, so their errors are not shared but shared out.
 * @throws HamError `kohonen/bad-size` unless the sizes are whole numbers from 1 up.
 */
export async function measureRecall(experiment: Experiment): Promise<Closeness> {
  const { d, n, m, key, trials = 1, asked = n } = experiment;
  assertSizes({ d, n, m, trials, asked });
  const turn = makeTurn(experiment.signal);
  const parts: ClosenessSums[] = [];
  for (let trial = 0; trial < trials; trial++) {
    await turn();
    parts.push(await measureTrial(experiment, foldIn(key, trial), turn));
  }
  if (trials < ENOUGH) return closenessOf(mergeCloseness(parts));
  const means = parts.map(closenessOf);
  return {
    cosine: measured(means.map(({ cosine }) => cosine.mean)),
    distance: measured(means.map(({ distance }) => distance.mean)),
  };
}

async function measureTrial(
  { d, n, m, method, asked = n, unitKeys = false, signal }: Experiment,
  key: Key,
  turn: Turn,
): Promise<ClosenessSums> {
  const [keyStream, valueStream] = split(key);
  const keys = await inTurns(drawGaussian(keyStream, n, d), turn);
  if (unitKeys) scaleRows(keys);
  const pairs = { keys, values: await inTurns(drawGaussian(valueStream, n, m), turn) };
  await turn();
  const count = Math.min(n, asked);
  const stop = signal === undefined ? {} : { signal };
  if (method === "pseudo-inverse") return await measureLinear(pairs, count, { stop, turn });
  const queries = rowsOf(keys, 0, count);
  const recalled = await recallKernel({ ...pairs, queries }, { separation: method, ...stop });
  return closenessSums(rowsOf(pairs.values, 0, count), recalled);
}

/** Compares chunk by chunk, so that the recalled values need no room. */
async function measureLinear(
  pairs: Pairs,
  count: number,
  { stop, turn }: { readonly stop: StopOptions; readonly turn: Turn },
): Promise<ClosenessSums> {
  const memory = await learnLinear(pairs, stop);
  const parts: ClosenessSums[] = [];
  for (let from = 0; from < count; from += CHUNK) {
    await turn();
    const rows = (matrix: MatrixLike) => rowsOf(matrix, from, Math.min(count, from + CHUNK));
    const recalled = await recallLinear(memory, rows(pairs.keys), stop);
    parts.push(closenessSums(rows(pairs.values), recalled));
  }
  return mergeCloseness(parts);
}

function rowsOf({ shape, data }: MatrixLike, from: number, to: number): MatrixLike {
  return { shape: [to - from, shape[1]], data: data.subarray(from * shape[1], to * shape[1]) };
}

/**
 * Rows of independent Gaussian numbers in float32, `[rows, columns]`, by Box and Muller's
 * transformation of the words of `bits`: five times as fast as `normal`, and not JAX's stream.
 */
export async function gaussianRows(
  key: Key,
  rows: number,
  columns: number,
  { signal }: StopOptions = {},
): Promise<MatrixLike> {
  return await inTurns(drawGaussian(key, rows, columns), makeTurn(signal));
}

function* drawGaussian(key: Key, rows: number, columns: number): Work<MatrixLike> {
  const data = new Float32Array(rows * columns);
  const size = CHUNK * columns;
  for (let from = 0; from < data.length; from += size) {
    yield* fillGaussian(data.subarray(from, from + size), foldIn(key, from / size));
  }
  return { shape: [rows, columns], data };
}

function* fillGaussian(data: Float32Array, key: Key): Work<void> {
  const words = bits(key, data.length + (data.length % 2));
  for (let i = 0; i < data.length; i += 2) {
    if (i % PART === 0) yield;
    // The half keeps the logarithm finite.
    const length = Math.sqrt(-2 * Math.log((words[i] + 0.5) * 2 ** -32));
    const angle = 2 * Math.PI * words[i + 1] * 2 ** -32;
    data[i] = length * Math.cos(angle);
    if (i + 1 < data.length) data[i + 1] = length * Math.sin(angle);
  }
}

function scaleRows({ shape, data }: MatrixLike): void {
  const [rows, columns] = shape;
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    let square = 0;
    for (const entry of row) square += entry * entry;
    for (let j = 0; j < columns; j++) row[j] /= Math.sqrt(square);
  }
}
