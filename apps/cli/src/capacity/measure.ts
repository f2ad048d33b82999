// Stability and retrieval of stored patterns, measured with the recalls of a model.

import { bernoulli, foldIn, type Key, key, split, writeNpy } from "@hamlet/core";
import { type Interval, wilsonInterval } from "@hamlet/ham";
import { loadModel, type Model } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { type CapacityEnergy, capacityModel } from "./model.ts";

/** What is measured: every number of patterns against every share of flipped units. */
export interface CapacityPlan {
  readonly energy: CapacityEnergy;
  readonly size: number;
  readonly counts: readonly number[];
  readonly noises: readonly number[];
  /** Damaged copies that are recalled in each case. */
  readonly trials: number;
  /** A copy is restored when its overlap with the pattern is at least this. */
  readonly overlap: number;
  readonly seed: number;
  /** K patterns of the set with this number; from a file they are always the first K. */
  readonly patterns: (K: number, set: number) => ArrayLike<number>;
}

/** A share of trials with its 95% interval. */
export interface Share extends Interval {
  readonly hits: number;
  readonly trials: number;
  readonly share: number;
}

/** What was seen for one number of patterns. */
export interface CapacityPoint {
  readonly K: number;
  /** Units of the stored patterns that flip at once. */
  readonly unstable: Share;
  /** By share of flipped units: copies that came back. */
  readonly restored: readonly { readonly noise: number; readonly restored: Share }[];
}

/** Independent sets of patterns over which the trials of a case are spread. */
const SETS = 5;

/** Measures everything, calling back after every case. */
export async function measureCapacity(
  plan: CapacityPlan,
  onCase: (done: number, all: number) => void = () => undefined,
): Promise<CapacityPoint[]> {
  const points: CapacityPoint[] = [];
  const all = plan.counts.length * SETS;
  for (const [k, K] of plan.counts.entries()) {
    const flips = { hits: 0, trials: 0 };
    const back = plan.noises.map(() => ({ hits: 0, trials: 0 }));
    for (let set = 0; set < SETS; set++) {
      const stream = foldIn(foldIn(key(plan.seed), K), set);
      const [noiseKey, recallKey] = split(stream);
      const patterns = plan.patterns(K, set);
      using model = await open(plan, K, patterns);
      const chosen = choose(plan, K, set);
      const copies = takeRows(patterns, chosen, plan.size);
      const stored = takeRows(patterns, [...new Set(chosen)], plan.size);
      flips.trials += stored.length;
      flips.hits += await countUnstable(model, stored, plan.size);
      for (const [at, noise] of plan.noises.entries()) {
        const keeps = bernoulli(foldIn(noiseKey, at), 1 - noise, copies.length);
        const damaged = copies.map((x, i) => (keeps[i] === 1 ? x : -x));
        back[at].trials += chosen.length;
        back[at].hits += await countRestored(model, { copies, damaged, plan, key: recallKey });
      }
      onCase(k * SETS + set + 1, all);
    }
    points.push({
      K,
      unstable: shareOf(flips),
      restored: plan.noises.map((noise, at) => ({ noise, restored: shareOf(back[at]) })),
    });
  }
  return points;
}

/** Which patterns are tried in a set: spread evenly, a few more for another set. */
function choose({ trials }: CapacityPlan, K: number, set: number): number[] {
  const count = Math.ceil(trials / SETS);
  return Array.from({ length: count }, (_, t) =>
    Math.floor(((t * SETS + set) * K) / (count * SETS)),
  );
}

function takeRows(patterns: ArrayLike<number>, rows: readonly number[], size: number) {
  const taken = new Float32Array(rows.length * size);
  rows.forEach((row, r) => {
    for (let i = 0; i < size; i++) taken[r * size + i] = patterns[row * size + i];
  });
  return taken;
}

function open(plan: CapacityPlan, K: number, patterns: ArrayLike<number>): Promise<Model> {
  const shape = [K, plan.size];
  const bytes = writeNpy({ shape, dtype: "int8", data: Int8Array.from(patterns) });
  const text = capacityModel(plan.energy, [K, plan.size]);
  const files = { read: () => Promise.resolve(bytes) };
  return loadModel({ name: "capacity.ham", text }, { files });
}

async function countUnstable(model: Model, copies: Float32Array, size: number): Promise<number> {
  const { flips: paths } = await recall(model, { name: "step", query: copies, size, key: key(0) });
  return paths!.reduce((total, { flips }) => total + flips.length, 0);
}

async function countRestored(
  model: Model,
  run: { copies: Float32Array; damaged: Float32Array; plan: CapacityPlan; key: Key },
): Promise<number> {
  const { copies, damaged, plan } = run;
  const { found } = await recall(model, {
    name: "settle",
    query: damaged,
    size: plan.size,
    key: run.key,
  });
  let hits = 0;
  for (let from = 0; from < copies.length; from += plan.size) {
    let overlap = 0;
    for (let i = from; i < from + plan.size; i++) overlap += found[i] * copies[i];
    hits += Number(overlap / plan.size >= plan.overlap);
  }
  return hits;
}

async function recall(
  model: Model,
  { name, query, size, key: stream }: { name: string; query: Float32Array; size: number; key: Key },
) {
  const given = model.graph.tensors.find(({ kind }) => kind === "given")!;
  const tensor = tf.tensor2d(query, [query.length / size, size]);
  try {
    using compiled = model.compileRecall(name);
    using result = await compiled.run({
      givens: new Map([[given, tensor]]),
      key: stream,
      recordFlips: name === "step",
    });
    const [layer] = result.activations.values();
    return { found: await layer.data(), flips: result.flips };
  } finally {
    tensor.dispose();
  }
}

function shareOf({ hits, trials }: { hits: number; trials: number }): Share {
  return { hits, trials, share: hits / trials, ...wilsonInterval(hits, trials) };
}
