// Every loop of every package, with more work than anybody would wait for: only its signal ends it.

import { key, normal, type Signal, writeNpy } from "@hamlet/core";
import {
  drawFeatures,
  exactLandscape,
  featureLandscape,
  featureOverGrid,
  type Features,
  kernelScatter,
  makeDrdam,
  makeFeatures,
  makeMemory,
  type PlaneGrid,
  spaced,
} from "@hamlet/drdam";
import {
  classifySamples,
  collapseTime,
  denseMemoryEnergy,
  energyCensus,
  exactScore,
  logLikelihood,
  polygonPoints,
  sampleEulerMaruyama,
  trainScore,
  varianceExploding,
  wardClusters,
} from "@hamlet/diffusion";
import { makeEnergyTransformer, PRESETS } from "../../../packages/energy-transformer/src/index.ts";
import { hebb, pseudoInverse, storkey, unlearn } from "@hamlet/ham";
import {
  makeCorrelations,
  gaussianRows,
  learnFromStatistics,
  learnLinear,
  measureRecall,
  recallKernel,
  recallLinear,
  reluSeparation,
  statisticsOf,
} from "@hamlet/kohonen";
import { loadModel, type Model, type RecallCertificate } from "@hamlet/model";
import { certify } from "../../../packages/model/src/certificates.ts";
import * as tf from "@tensorflow/tfjs-core";

/** A loop that a signal stops, with more work than its signal lets it do. */
export interface Loop {
  readonly name: string;
  /** The file that gives others their turn. */
  readonly file: string;
  /** Makes what it works on; the result runs until the signal says that it was aborted. */
  readonly prepare: () => Promise<(signal: Signal) => Promise<unknown>>;
  /** Whether it then returns what it did; others throw the signal's reason. */
  readonly keeps?: true;
}

const FOREVER = 1_000_000_000;

const RECALL = (solver: string, lagrangian: string) => `ham 1
dim D = 32
param W: [D, D] ~ normal(0, 1)
neuron v: [D] as ${lagrangian}
energy pairs = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]
recall settle {
  start v ~ normal(0, 1)
  solver = ${solver}
  steps = ${FOREVER}
}
`;

const TRAINING = (gradient: string) => `ham 1
dim D = 4
param W: [D, D] ~ normal(0, 0.1)
given image: [D] from "images.npy"
neuron v: [D] as tanh
energy pairs = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]
recall settle {
  start v = image
  solver = euler(dt = 0.5)
  steps = 20
}
train {
  unroll = settle
  gradient = ${gradient}
  loss = mean[i] (v[i] - image[i])^2
  optimiser = sgd(lr = 0.0001)
  batch = 2
  epochs = 1_000_000
}
`;

const LANDSCAPE = `ham 1
dim D = 8
const beta: real > 0 = 1
param W: [D, D] ~ normal(0, 1)
neuron v: [D] as tanh
energy pairs = -beta/2 * sum[i, j] W[i, j] * v[i] * v[j]
`;

/** More states than are tried in a second. */
const BITS = LANDSCAPE.replace("D = 8", "D = 24").replace("tanh", "sign");

/** What has not been checked, and takes its time: whether flips of 200 bits lower an energy of pairs. */
const UNCHECKED: RecallCertificate = {
  certificate: "1.0",
  kind: "recall",
  model: "",
  inputs: {},
  recall: "settle",
  examples: [
    {
      told: { ending: "converged", steps: 1 },
      end: { v: Array.from({ length: 200 }, () => 1) },
      energy: null,
      evidence: [{ kind: "bits", fields: {} }],
      uncertified: [],
    },
  ],
  seal: "",
};

/** Work on a landscape. */
async function onLandscape(work: (model: Model, signal: Signal) => Promise<unknown>) {
  const model = await loadModel({ name: "m.ham", text: LANDSCAPE });
  return async (signal: Signal) => {
    using own = model;
    return await work(own, signal);
  };
}

/** A recall by a solver; the file is the loop of its kind. */
function recall(solver: string, lagrangian: string, file: string): Loop {
  return {
    name: `a recall by ${solver}`,
    file,
    async prepare() {
      const model = await loadModel({ name: "m.ham", text: RECALL(solver, lagrangian) });
      return async (signal) => {
        using own = model;
        return await own.recall({ signal });
      };
    },
  };
}

function training(gradient: string): Loop {
  return {
    name: `a training by ${gradient}`,
    file: "packages/ham/src/training/loop.ts",
    keeps: true,
    async prepare() {
      const data = normal(key(1), [8, 4]);
      const bytes = writeNpy({ shape: [8, 4], dtype: "float32", data });
      const files = { read: () => Promise.resolve(bytes) };
      const model = await loadModel({ name: "m.ham", text: TRAINING(gradient) }, { files });
      return async (signal) => {
        using own = model;
        using result = await own.train({ signal });
        return { ending: result.ending };
      };
    },
  };
}

/** What figures of random features are drawn from. */
interface Scene {
  readonly features: Features;
  readonly positive: Features;
  readonly T: Float64Array;
  readonly patterns: Float32Array;
  readonly signal: Signal;
}

function figure(name: string, draw: (grid: PlaneGrid, scene: Scene) => Promise<unknown>): Loop {
  return {
    name,
    file: "packages/drdam/src/figures/landscape.ts",
    async prepare() {
      const side = spaced(-1, 1, 1000);
      const sizes = { D: 16, Y: 4096, beta: 1, key: key(1) };
      const [features, positive] = (["sin-cos", "positive"] as const).map((kind) =>
        makeFeatures({ ...sizes, kind }),
      );
      const T = new Float64Array(2 * sizes.Y).fill(1);
      const patterns = numbersOf(500, sizes.D).data;
      return (signal) => draw({ xs: side, ys: side }, { features, positive, T, patterns, signal });
    },
  };
}

/** Numbers that look random, without the time that real draws take. */
function numbersOf(rows: number, columns: number) {
  const data = new Float32Array(rows * columns);
  let word = 1;
  for (let i = 0; i < data.length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = word / 2 ** 31 - 1;
  }
  return { shape: [rows, columns] as const, data };
}

const pairsOf = (n: number, d: number, m: number) => ({
  keys: numbersOf(n, d),
  values: numbersOf(n, m),
});

function signsOf(K: number, D: number) {
  const { shape, data } = numbersOf(K, D);
  return { shape, data: data.map(Math.sign) };
}

const STORAGE = { hebb, "pseudo-inverse": pseudoInverse, storkey } as const;

export const LOOPS: readonly Loop[] = [
  recall("euler(dt = 0.00001)", "tanh", "packages/ham/src/recall/energy-recall.ts"),
  recall("adaptive(dt = 0.00001)", "tanh", "packages/ham/src/recall/energy-recall.ts"),
  recall("glauber(temperature = 10)", "sign", "packages/ham/src/binary/binary-recall.ts"),
  training("unroll"),
  training("implicit"),
  training("equilibrium"),
  {
    name: "a certificate",
    file: "packages/model/src/certificates/make.ts",
    async prepare() {
      const text = RECALL("euler(dt = 0.1)", "tanh")
        .replace("D = 32", "D = 160")
        .replace(String(FOREVER), "2");
      const model = await loadModel({ name: "m.ham", text });
      const result = await model.recall();
      return async (signal) => {
        using own = model;
        using ended = result;
        const { graph, sizes } = own;
        const read = graph.tensors.filter(({ kind }) => kind === "param");
        const entries = new Map(read.map((tensor) => [tensor, own.entries(tensor.name)]));
        const again = { compiled: own.compileRecall(), options: { key: key(own.seed), signal } };
        return await certify({ graph, sizes, entries }, graph.recalls[0], ended, again);
      };
    },
  },
  {
    name: "the check of a certificate",
    file: "packages/model/src/model.ts",
    async prepare() {
      const text = RECALL("sync", "sign").replace("D = 32", "D = 200");
      const model = await loadModel({ name: "m.ham", text });
      return async (signal) => {
        using own = model;
        return await own.verify(UNCHECKED, { signal });
      };
    },
  },
  {
    name: "a census",
    file: "packages/ham/src/fixed-points/census.ts",
    prepare: () => onLandscape((model, signal) => model.fixedPoints({ starts: 2000, signal })),
  },
  {
    name: "an atlas",
    file: "packages/ham/src/fixed-points/atlas.ts",
    prepare: () => onLandscape((model, signal) => model.atlas({ starts: 2000, signal })),
  },
  {
    name: "a sweep",
    file: "packages/ham/src/fixed-points/bifurcations.ts",
    prepare: () =>
      onLandscape((model, signal) =>
        model.sweep("beta", { values: [1, 2, 3], starts: 2000, signal }),
      ),
  },
  {
    name: "an atlas of bits",
    file: "packages/ham/src/binary/binary-atlas.ts",
    async prepare() {
      const model = await loadModel({ name: "m.ham", text: BITS });
      return async (signal) => {
        using own = model;
        return await own.binaryAtlas({ signal });
      };
    },
  },
  ...Object.entries(STORAGE).map(([name, rule]): Loop => ({
    name: `storing by ${name}`,
    file: `packages/ham/src/storage/${name}.ts`,
    async prepare() {
      const patterns = signsOf(900, 1500);
      return (signal) => rule(patterns, { signal });
    },
  })),
  {
    name: "unlearning",
    file: "packages/ham/src/storage/unlearn.ts",
    async prepare() {
      const weights = await hebb(signsOf(5, 200));
      return (signal) => unlearn(weights, { count: FOREVER, rate: 1e-9, key: key(4), signal });
    },
  },
  {
    name: "an energy transformer",
    file: "packages/ham/src/recall/energy-recall.ts",
    async prepare() {
      const block = makeEnergyTransformer(PRESETS.small, { tokens: 5 });
      const tokens = tf.tensor(normal(key(1), [5, PRESETS.small.width]), [5, PRESETS.small.width]);
      return async (signal) => {
        using own = block;
        try {
          return await own.descend(tokens, { steps: FOREVER, dt: 1e-6, signal });
        } finally {
          tokens.dispose();
        }
      };
    },
  },
  {
    name: "storing in random features",
    file: "packages/core/src/files/streamed-sums.ts",
    keeps: true,
    async prepare() {
      const memory = makeMemory({ D: 64, Y: 8192, beta: 1, key: key(1), family: "structured" });
      const patterns = numbersOf(20_000, 64).data;
      return (signal) => memory.store(patterns, { signal });
    },
  },
  {
    name: "storing correlations",
    file: "packages/core/src/files/streamed-sums.ts",
    keeps: true,
    async prepare() {
      const memory = makeCorrelations({ rule: "hebb", d: 256 });
      const keys = numbersOf(20_000, 256).data.map((x) => (x < 0 ? -1 : 1));
      return (signal) => memory.store(keys, { signal });
    },
  },
  {
    name: "a recall from random features",
    file: "packages/drdam/src/memory/recall.ts",
    async prepare() {
      const memory = makeMemory({ D: 64, Y: 8192, beta: 1, key: key(1), family: "structured" });
      const patterns = normal(key(2), [3, 64]).map((x) => x / 10);
      await memory.store(patterns);
      const query = patterns.slice(0, 64);
      const how = { depth: FOREVER, alpha: 1e-9, tolerance: 0 };
      return (signal) => memory.recall(query, { ...how, signal });
    },
  },
  {
    name: "drawing independent features",
    file: "packages/drdam/src/features/features.ts",
    async prepare() {
      return (signal) => drawFeatures({ D: 1000, Y: 60_000, beta: 1, key: key(1) }, { signal });
    },
  },
  {
    name: "drawing orthogonal features",
    file: "packages/drdam/src/features/features.ts",
    async prepare() {
      const sizes = { D: 1000, Y: 2000, beta: 1, family: "orthogonal" } as const;
      return (signal) => drawFeatures({ ...sizes, key: key(1) }, { signal });
    },
  },
  figure("an exact landscape", (grid, { patterns, signal }) =>
    exactLandscape(patterns, grid, { D: 16, beta: 1, signal }),
  ),
  figure("a landscape of waves", (grid, { features, T, signal }) =>
    featureLandscape(features, T, grid, { signal }),
  ),
  figure("a landscape of exponentials", (grid, { positive, T, signal }) =>
    featureLandscape(positive, T, grid, { signal }),
  ),
  figure("a feature over a grid", (grid, { features, signal }) =>
    featureOverGrid(features, 0, grid, { signal }),
  ),
  figure("a scatter of kernels", (_, { features, patterns, signal }) =>
    kernelScatter(patterns, patterns, { features, signal }),
  ),
  {
    name: "a distributed memory on tensors",
    file: "packages/drdam/src/tensors/drdam.ts",
    async prepare() {
      const drdam = makeDrdam({ D: 16, Y: 4096, beta: 1, key: key(1) });
      const { data, shape } = numbersOf(20_000, 16);
      return async (signal) => {
        using own = drdam;
        const patterns = tf.tensor2d(data, [...shape]);
        try {
          return await own.distMemories(patterns, { signal });
        } finally {
          patterns.dispose();
        }
      };
    },
  },
  {
    name: "a descent of the notebooks",
    file: "packages/drdam/src/tensors/own-energy.ts",
    async prepare() {
      const drdam = makeDrdam({ D: 16, Y: 256, beta: 1, key: key(1) });
      const T = await drdam.distMemories(
        [0, 16, 32].map((from) => [...normal(key(2), 48).subarray(from, from + 16)]),
      );
      const query = [...normal(key(3), 16)];
      return async (signal) => {
        using own = drdam;
        try {
          return await own.rfApproxEnergyDescent(query, T, { depth: 1_000_000, signal });
        } finally {
          T.dispose();
        }
      };
    },
  },
  {
    name: "a linear memory",
    file: "packages/kohonen/src/learn/linear.ts",
    async prepare() {
      const pairs = pairsOf(2500, 1200, 1000);
      return (signal) => learnLinear(pairs, { signal });
    },
  },
  {
    name: "a linear memory of singular keys",
    file: "packages/kohonen/src/learn/linear.ts",
    async prepare() {
      const { keys, values } = pairsOf(900, 600, 600);
      for (let i = 0; i < 900; i++) keys.data[600 * i + 599] = keys.data[600 * i];
      return (signal) => learnLinear({ keys, values }, { signal });
    },
  },
  {
    name: "a recall from a linear memory",
    file: "packages/kohonen/src/learn/linear.ts",
    async prepare() {
      const weights = { shape: [1500, 1500] as const, data: new Float64Array(1500 ** 2).fill(0.5) };
      const queries = numbersOf(2000, 1500);
      const solution = { method: "cholesky", rank: 1500, condition: 1, warning: null } as const;
      return (signal) => recallLinear({ weights, solution }, queries, { signal });
    },
  },
  {
    name: "a recall from a kernel memory",
    file: "packages/kohonen/src/kernel/recall.ts",
    async prepare() {
      const pairs = pairsOf(4000, 300, 300);
      return (signal) =>
        recallKernel({ ...pairs, queries: pairs.keys }, { separation: reluSeparation, signal });
    },
  },
  {
    name: "sums over pairs",
    file: "packages/kohonen/src/learn/statistics.ts",
    async prepare() {
      const pairs = pairsOf(2500, 1200, 1200);
      return (signal) => statisticsOf(pairs, { signal });
    },
  },
  {
    name: "a linear memory of sums",
    file: "packages/kohonen/src/learn/statistics.ts",
    async prepare() {
      const [d, m] = [1500, 1200];
      const data = new Float64Array(d * d).map((_, i) => Number(i % (d + 1) === 0));
      const keyKey = { shape: [d, d] as const, data };
      const keyValue = { shape: [d, m] as const, data: new Float64Array(d * m).fill(1) };
      return (signal) => learnFromStatistics({ count: d, keyKey, keyValue }, { signal });
    },
  },
  {
    name: "drawing pairs",
    file: "packages/kohonen/src/experiment.ts",
    async prepare() {
      return (signal) => gaussianRows(key(5), 20_000, 500, { signal });
    },
  },
  {
    name: "measuring recalls",
    file: "packages/kohonen/src/experiment.ts",
    async prepare() {
      const sizes = { d: 8, n: 20, m: 8, trials: 10_000_000 };
      return (signal) => measureRecall({ ...sizes, method: reluSeparation, key: key(5), signal });
    },
  },
  {
    name: "training a score",
    file: "packages/ham/src/training/loop.ts",
    keeps: true,
    async prepare() {
      const shape = { hidden: 8, embedding: 4, layers: 2 };
      return async (signal) => {
        const how = { shape, batch: 4, iterations: FOREVER, every: FOREVER };
        const { ending } = await trainScore(polygonPoints(5), { ...how, signal });
        return { ending };
      };
    },
  },
  {
    name: "sampling",
    file: "packages/diffusion/src/sample/sampler.ts",
    async prepare() {
      const [noise, patterns] = [varianceExploding(1), polygonPoints(50)];
      const how = { noise, key: key(6), count: 50, steps: 100_000 };
      return (signal) => sampleEulerMaruyama(exactScore(patterns, noise), { ...how, signal });
    },
  },
  {
    name: "a likelihood",
    file: "packages/diffusion/src/likelihood/dormand-prince.ts",
    async prepare() {
      const [noise, patterns] = [varianceExploding(1), polygonPoints(500)];
      const how = { noise, tolerance: 1e-13 };
      return (signal) => logLikelihood(exactScore(patterns, noise), patterns, { ...how, signal });
    },
  },
  {
    name: "a census of a dense memory",
    file: "packages/diffusion/src/exact/census.ts",
    async prepare() {
      const patterns = polygonPoints(200);
      return (signal) => energyCensus(patterns, { beta: 1.05, starts: 20_000, signal });
    },
  },
  {
    name: "energies of a dense memory",
    file: "packages/diffusion/src/exact/dense-memory.ts",
    async prepare() {
      const [patterns, points] = [polygonPoints(5000), polygonPoints(20_000)];
      return (signal) => denseMemoryEnergy(patterns, points, 1, { signal });
    },
  },
  {
    name: "a collapse time",
    file: "packages/diffusion/src/exact/times.ts",
    async prepare() {
      const population = polygonPoints(5000);
      const how = { noise: varianceExploding(1), count: 50, draws: 20_000 };
      return (signal) => collapseTime(population, { ...how, signal });
    },
  },
  {
    name: "Ward's clusters",
    file: "packages/diffusion/src/clusters/ward.ts",
    async prepare() {
      const { shape, data } = numbersOf(20_000, 4);
      const points = { shape, data: new Float64Array(data) };
      return (signal) => wardClusters(points, { threshold: 1, signal });
    },
  },
  {
    name: "sorting samples",
    file: "packages/diffusion/src/clusters/classify.ts",
    async prepare() {
      const points = polygonPoints(50_000);
      return (signal) =>
        classifySamples(points, points, { memorised: 1e-9, duplicate: 1e-9, signal });
    },
  },
];

/** What came of a loop whose signal was aborted while it worked. */
export interface Stopped {
  readonly name: string;
  /** `stopped` where it ended as its rule says; else what it did instead. */
  readonly ending: string;
}

const ENOUGH = "enough";

/** Runs a loop that `stopLater` aborts when others have their turn. */
export async function stop(
  { name, prepare, keeps }: Loop,
  stopLater: (abort: () => void) => void,
): Promise<Stopped> {
  const run = await prepare();
  const controller = new AbortController();
  stopLater(() => controller.abort(ENOUGH));
  try {
    const result = await run(controller.signal);
    const { ending } = (result ?? {}) as { ending?: unknown };
    if (keeps === true && ending === "aborted") return { name, ending: "stopped" };
    return { name, ending: "came to its end" };
  } catch (error) {
    return {
      name,
      ending: error === ENOUGH && keeps !== true ? "stopped" : `threw ${String(error)}`,
    };
  }
}
