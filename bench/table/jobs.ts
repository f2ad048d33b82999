// Jobs that are a call of a package: random features, linear memories, diffusion, attention, training,
// loading.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { key, normal } from "../../packages/core/src/index.ts";
import {
  circlePoints,
  initialModel,
  networkScore,
  sampleEulerMaruyama,
  trainScore,
  varianceExploding,
} from "../../packages/diffusion/src/index.ts";
import { makeDrdam } from "../../packages/drdam/src/index.ts";
import { makeEnergyTransformer, PRESETS } from "../../packages/energy-transformer/src/index.ts";
import { gaussianRows, learnLinear } from "../../packages/kohonen/src/index.ts";
import { diskFiles } from "../../packages/model/src/disk.ts";
import { loadModel } from "../../packages/model/src/index.ts";
import { patternsFolder } from "../patterns.ts";
import { others } from "./recalls.ts";
import type { Job, Row } from "./row.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The cost of matrix products alone, of so many multiply-adds: no job of them takes less. */
const products = (multiplyAdds: number): NonNullable<Job["cost"]> => ({
  bytes: 0,
  flops: 2 * multiplyAdds,
});

/** Multiply-adds of a score network for an example, and with the slopes by its params. */
const NETWORK = { value: 98_816, slopes: 280_064 };

const drdam = (batch: number, steps: number): Row => ({
  name: `makeDrdam, D = 30, Y = 100 000, ${batch} × ${steps} steps`,
  async make(isQuick) {
    const Y = isQuick ? 2000 : 100_000;
    const memory = makeDrdam({ D: 30, Y, beta: 25, key: key(0) });
    const T = await memory.distMemories(tf.tensor2d(normal(key(1), 600), [20, 30]));
    const queries = normal(key(2), 30 * batch).map((x) => x / Math.sqrt(30));
    const q = tf.tensor2d(queries, [batch, 30]);
    return {
      async run() {
        const { state, energies, clipped } = await memory.rfApproxEnergyDescent(q, T, {
          depth: steps,
        });
        await state.data();
        tf.dispose([state, energies, clipped]);
      },
      cost: products(2 * 30 * Y * batch * steps),
      others: others(["numpy", "jax"], "features", 30, Y, batch, steps),
      end() {
        tf.dispose([q, T]);
        memory.dispose();
      },
    };
  },
});

const storing: Row = {
  name: "storing 8000 patterns, D = 64, Y = 1024",
  make(isQuick) {
    const count = isQuick ? 200 : 8000;
    const memory = makeDrdam({ D: 64, Y: 1024, beta: 1, key: key(0) });
    const patterns = tf.tensor2d(normal(key(1), 64 * count), [count, 64]);
    return Promise.resolve({
      async run() {
        const T = await memory.distMemories(patterns);
        await T.data();
        T.dispose();
      },
      cost: products(count * 64 * 1024),
      others: others(["numpy", "jax", "torch"], "store", count, 64, 1024),
      end() {
        patterns.dispose();
        memory.dispose();
      },
    });
  },
};

const drawing: Row = {
  name: "drawing features, D = 30, Y = 100 000",
  make(isQuick) {
    const Y = isQuick ? 2000 : 100_000;
    const run = () => makeDrdam({ D: 30, Y, beta: 25, key: key(0) }).dispose();
    return Promise.resolve({ run, others: others(["numpy", "jax"], "draw", Y, 30) });
  },
};

const linear: Row = {
  name: "linear memory in float64, 1024 keys of 4096",
  async make(isQuick) {
    const [n, d] = isQuick ? [64, 256] : [1024, 4096];
    const [keys, values] = [await gaussianRows(key(0), n, d), await gaussianRows(key(1), n, d)];
    return {
      run: () => learnLinear({ keys, values }),
      others: others(["numpy", "torch"], "linear", n, d),
    };
  },
};

const diffusion = (batch: number): Row => ({
  name: `training a score network, 40 iterations of ${batch}`,
  make(isQuick) {
    const iterations = isQuick ? 2 : 40;
    const points = circlePoints(key(0), { count: 2 * batch });
    const script = join(ROOT, "bench/diffusion/train.py");
    const args = [script, String(batch), "1", String(iterations)];
    return Promise.resolve({
      run: () => trainScore(points, { key: key(2), batch, iterations }),
      cost: products(iterations * batch * NETWORK.slopes),
      others: [
        { library: "torch", args, times: iterations },
        ...others(["jax"], "denoising", batch, iterations),
      ],
    });
  },
});

const sampling: Row = {
  name: "sampling 500 points with a score network, 200 steps",
  make(isQuick) {
    const noise = varianceExploding();
    const score = networkScore(initialModel(key(1)));
    const steps = isQuick ? 2 : 200;
    return Promise.resolve({
      run: () => sampleEulerMaruyama(score, { noise, key: key(3), count: 500, steps }),
      cost: products(500 * steps * NETWORK.value),
      others: others(["jax"], "sampling", 500, steps),
      end: () => score.dispose(),
    });
  },
};

const transformer: Row = {
  name: "energy transformer, 197 × 768, 12 heads, 12 steps",
  make(isQuick) {
    const [tokens, steps] = isQuick ? [8, 1] : [197, 12];
    const { width, heads, headWidth, memories } = PRESETS.base;
    const block = makeEnergyTransformer(PRESETS.base, { tokens, key: key(0) });
    const x = tf.tensor2d(normal(key(1), tokens * width), [tokens, width]);
    const sizes = [tokens, width, heads, headWidth, memories, steps].map(String);
    const script = join(ROOT, "bench/energy-transformer/block.py");
    // Queries and keys, the scores of all heads, memories; and each of them back: scores twice, for both.
    const of = tokens * width;
    const there = of * (2 * heads * headWidth + memories);
    const scores = tokens * tokens * heads * headWidth;
    return Promise.resolve({
      run: async () => (await block.descend(x, { steps })).dispose(),
      cost: products(steps * (2 * there + 3 * scores)),
      others: [{ library: "jax", args: [script, ...sizes] }],
      end() {
        x.dispose();
        block.dispose();
      },
    });
  },
};

/** An example that learns; multiply-adds are those of an epoch, with the slopes by all params. */
const training = (file: string, job: string, epochs: number, multiplyAdds: number): Row => ({
  name: `ham train ${file}, ${epochs} epochs`,
  isLong: file.startsWith("14"),
  async make(isQuick) {
    const path = join(ROOT, "examples", file);
    const times = isQuick ? 1 : epochs;
    const text = readFileSync(path, "utf8").replace(/epochs = \d+/, `epochs = ${times}`);
    const model = await loadModel({ name: path, text }, { files: diskFiles(path) });
    return {
      run: async () => (await model.train()).dispose(),
      cost: products(times * multiplyAdds),
      others: others(["jax"], job, times),
      end: () => model.dispose(),
    };
  },
});

const loading: Row = {
  name: "loading 67 MB of patterns",
  make(isQuick) {
    const folder = patternsFolder(isQuick ? 4096 : 262_144);
    return Promise.resolve({
      run: async () => (await folder.load()).dispose(),
      others: others(["numpy"], "load", folder.patterns),
      end: () => folder[Symbol.dispose](),
    });
  },
};

const running: Row = {
  name: "ham run with 1 000 000 patterns of 64 numbers",
  make(isQuick) {
    const folder = patternsFolder(isQuick ? 4096 : 1_000_000);
    const ham = join(ROOT, "apps/cli/src/main.ts");
    return Promise.resolve({
      run() {
        const { status, stderr } = spawnSync(process.execPath, [ham, "run", folder.path], {
          encoding: "utf8",
        });
        if (status !== 0) throw new Error(stderr);
      },
      end: () => folder[Symbol.dispose](),
    });
  },
};

/** All of them. */
export const JOBS: readonly Row[] = [
  drdam(20, 20),
  drdam(100, 5),
  storing,
  drawing,
  linear,
  diffusion(9),
  diffusion(500),
  sampling,
  transformer,
  training("14-inpainting.ham", "inpainting", 1, 924 * 55_296_000),
  training("11-mnist-memory.ham", "mnist", 10, 1797 * 32_000),
  loading,
  running,
];
