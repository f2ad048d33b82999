// Stability and retrieval of stored patterns, measured with the recalls of a model.

import {
  bernoulli,
  foldIn,
  type Key,
  key,
  makeTurn,
  type Progress,
  split,
  writeNpy,
} from "@hamlet/core";
import {
  type Cluster,
  clusterInterval,
  type ConfidenceInterval,
  wilsonInterval,
} from "@hamlet/ham";
import { loadModel, type Model } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { type CapacityEnergy, capacityModel, type CapacityRecall } from "./model.ts";

/** What is measured: every number of patterns against every share of flipped units. */
export interface CapacityPlan {
  readonly energy: CapacityEnergy;
  readonly recall: CapacityRecall;
  readonly size: number;
  readonly counts: readonly number[];
  readonly noises: readonly number[];
  /** Damaged copies that are recalled in each case. */
  readonly trials: number;
  /** A copy is restored when its overlap with the pattern is at least this. */
  readonly overlap: number;
  readonly seed: number;
  /** The sets of K patterns and which of them are tried: `trials` of them in all. */
  readonly sets: (K: number) => Iterable<PatternSet>;
}

/** Patterns that are stored together. */
export interface PatternSet {
  /** `[K, size]` of −1 and +1. */
  readonly patterns: ArrayLike<number>;
  /** The pattern of each trial; one may be tried several times. */
  readonly tried: readonly number[];
  /** These very patterns are asked about, not others like them: all of them leave no doubt. */
  readonly fixed: boolean;
}

/** A share of trials with its 95% interval. */
export interface Share extends ConfidenceInterval {
  readonly hits: number;
  readonly trials: number;
  readonly share: number;
}

/** What was seen for one number of patterns. */
export interface CapacityPoint {
  readonly K: number;
  /** Units of the stored patterns that flip at once; units of one pattern are a cluster. */
  readonly unstable: Share;
  /** By share of flipped units: copies that came back. */
  readonly restored: readonly { readonly noise: number; readonly restored: Share }[];
  /** Recalls that ended before a sweep without flips. */
  readonly unfinished: number;
}

/** Measures everything, calling back after every trial. */
export async function measureCapacity(
  plan: CapacityPlan,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<CapacityPoint[]> {
  const points: CapacityPoint[] = [];
  const all = plan.counts.length * plan.trials;
  let done = 0;
  const turn = makeTurn();
  for (const K of plan.counts) {
    const unstable: Cluster[] = [];
    const restored = plan.noises.map(() => 0);
    let unfinished = 0;
    let set = 0;
    let counted = false;
    for (const { patterns, tried, fixed } of plan.sets(K)) {
      const stream = foldIn(foldIn(key(plan.seed), K), set++);
      using model = await open(plan, K, patterns);
      const distinct = [...new Set(tried)];
      counted ||= fixed && distinct.length === K;
      const stored = takeRows(patterns, distinct, plan.size);
      unstable.push(...(await countUnstable(model, stored, plan.size)));
      const found = await tryCopies(model, takeRows(patterns, tried, plan.size), plan, stream);
      found.restored.forEach((hits, at) => (restored[at] += hits));
      unfinished += found.unfinished;
      done += tried.length;
      onProgress({ done, of: all });
      await turn();
    }
    points.push({
      K,
      unstable: shareOfClusters(unstable, counted),
      restored: plan.noises.map((noise, at) => ({
        noise,
        restored: shareOf(restored[at], plan.trials),
      })),
      unfinished,
    });
  }
  return points;
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

async function countUnstable(
  model: Model,
  copies: Float32Array,
  size: number,
): Promise<readonly Cluster[]> {
  const { flips: paths } = await recall(model, { name: "step", query: copies, size, key: key(0) });
  return paths!.map(({ flips }) => ({ hits: flips.length, trials: size }));
}

/** Recalls a copy of each pattern for every share of flipped units, all in one batch. */
async function tryCopies(
  model: Model,
  copies: Float32Array,
  { noises, size, overlap: enough, recall: name }: CapacityPlan,
  stream: Key,
): Promise<{ restored: number[]; unfinished: number }> {
  const [noiseKey, recallKey] = split(stream);
  const query = new Float32Array(noises.length * copies.length);
  for (const [at, noise] of noises.entries()) {
    const keeps = bernoulli(foldIn(noiseKey, at), 1 - noise, copies.length);
    query.set(
      copies.map((x, i) => (keeps[i] === 1 ? x : -x)),
      at * copies.length,
    );
  }
  const { found, outcomes } = await recall(model, { name, query, size, key: recallKey });
  const restored = noises.map((_, at) => {
    let hits = 0;
    for (let from = 0; from < copies.length; from += size) {
      let overlap = 0;
      for (let i = from; i < from + size; i++) overlap += found[at * copies.length + i] * copies[i];
      hits += Number(overlap / size >= enough);
    }
    return hits;
  });
  // Where no pattern pulls, a state is at rest too.
  const atRest = ["converged", "clipped"];
  const unfinished = outcomes.filter(({ ending }) => !atRest.includes(ending)).length;
  return { restored, unfinished: name === "settle" ? unfinished : 0 };
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
    return { found: await layer.data(), flips: result.flips, outcomes: result.outcomes };
  } finally {
    tensor.dispose();
  }
}

function shareOf(hits: number, trials: number): Share {
  return { hits, trials, share: hits / trials, ...wilsonInterval(hits, trials) };
}

/** `counted` where the clusters are all there are. */
function shareOfClusters(clusters: readonly Cluster[], counted: boolean): Share {
  const hits = clusters.reduce((sum, cluster) => sum + cluster.hits, 0);
  const trials = clusters.reduce((sum, cluster) => sum + cluster.trials, 0);
  const share = hits / trials;
  const interval = counted ? { low: share, high: share } : clusterInterval(clusters);
  return { hits, trials, share, ...interval };
}
