// Recalls of `.ham` texts: dense memories, random features, one flip at a time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { costOf } from "../../apps/cli/src/explain-engine.ts";
import { type ArrayData, key, normal, writeNpy } from "../../packages/core/src/index.ts";
import { loadModel } from "../../packages/model/src/index.ts";
import { grouped } from "../compare.ts";
import type { Job, Other, Row } from "./row.ts";

const THEIRS = join(import.meta.dirname, "theirs.py");
const IN_NODE = join(import.meta.dirname, "theirs.ts");

/** The same row of `theirs.py` in some libraries. */
export const others = (
  libraries: readonly Other["library"][],
  row: string,
  ...sizes: readonly (number | string)[]
): Other[] =>
  libraries.map((library) => ({
    library,
    args: [THEIRS, library, row, ...sizes.map(String)],
    stays: true,
  }));

const array = (shape: readonly number[], seed: number): ArrayData => ({
  shape: [...shape],
  dtype: "float32",
  data: new Float32Array(
    normal(
      key(seed),
      shape.reduce((all, n) => all * n, 1),
    ),
  ),
});

/** A recall of a text with arrays, by `model.recall`. */
async function recallOf(
  text: string,
  arrays: Readonly<Record<string, ArrayData>>,
  { batch, steps }: { readonly batch: number; readonly steps: number },
): Promise<Job> {
  const files = { read: (name: string) => Promise.resolve(writeNpy(arrays[name])) };
  const model = await loadModel({ name: "row.ham", text }, { files });
  const { query } = arrays;
  const givens = { query: { shape: query.shape, data: query.data as Float32Array } };
  using compiled = model.compileRecall();
  const { bytes, flops } = costOf(compiled.describe(batch).parts);
  return {
    run: async () => (await model.recall({ givens })).dispose(),
    ...(flops > 0 && { cost: { bytes: bytes * steps, flops: flops * steps } }),
    end: () => model.dispose(),
  };
}

/** Euler steps of a log-sum-exp memory, from so many queries at once. */
export function logSumExp(K: number, D: number, batch: number, steps: number): Row {
  return {
    name: `log-sum-exp, K = ${K}, D = ${D}, ${batch} × ${steps} steps`,
    async make(isQuick) {
      const rows = isQuick ? Math.ceil(K / 20) : K;
      const text = `ham 1
dim D = ${D}, K = ${rows}
data xi: [K, D] from "xi"
given query: [D]
neuron v: [D] as identity
energy lse = -1/0.1 * logsumexp[m] 0.1 * sum[i] xi[m, i] * v[i]
recall r {
  start v = query
  solver = euler(dt = 0.1)
  steps = ${steps}
}
`;
      const arrays = { xi: array([rows, D], 1), query: array([batch, D], 2) };
      const job = await recallOf(text, arrays, { batch, steps });
      const sizes = [rows, D, batch, steps];
      const inNode = (["tfjs", "jax-js"] as const).map((library): Other => {
        return { library, args: [IN_NODE, library, ...sizes.map(String)], stays: true };
      });
      return { ...job, others: [...others(["numpy", "jax", "torch"], "lse", ...sizes), ...inNode] };
    },
  };
}

/** Descents of a memory of so many random features, written as a text. */
export function features(most: number, batch: number, steps: number): Row {
  return {
    name: `random features as text, D = 30, Y = ${grouped(most)}, ${batch} × ${steps} steps`,
    async make(isQuick) {
      const Y = isQuick ? 2000 : most;
      const text = `ham 1
dim D = 30, K = 20
dim Y = ${Y}
const beta: real > 0 = 25
const omega: [Y, D] ~ normal(0, 1)
data xi: [K, D] from "xi"
given query: [D]
let Tc[y] = sum[m] cos(sqrt(beta) * sum[i] omega[y, i] * xi[m, i])
let Ts[y] = sum[m] sin(sqrt(beta) * sum[i] omega[y, i] * xi[m, i])
neuron v: [D] as identity { leak = off }
let phase[y] = sqrt(beta) * sum[i] omega[y, i] * v[i]
let kernel_sum = 1/Y * sum[y] (cos(phase[y]) * Tc[y] + sin(phase[y]) * Ts[y])
energy drdam = -1/beta * log(max(kernel_sum, 1e-10))
recall denoise {
  start v = query
  solver = euler(dt = 0.01)
  steps = ${steps}
}
`;
      const scaled = (given: ArrayData): ArrayData => ({
        ...given,
        data: (given.data as Float32Array).map((x) => x / Math.sqrt(30)),
      });
      const arrays = { xi: scaled(array([20, 30], 1)), query: scaled(array([batch, 30], 2)) };
      const job = await recallOf(text, arrays, { batch, steps });
      return { ...job, others: others(["numpy", "jax"], "features", 30, Y, batch, steps) };
    },
  };
}

const binary: Row = {
  name: "binary log-sum-exp, D = 2304, K = 1024, 16 000 proposals",
  async make(isQuick) {
    const proposals = isQuick ? 500 : 16_000;
    const ICONS = join(import.meta.dirname, "../../examples/data/icons.npz");
    const bytes = readFileSync(ICONS);
    const text = `ham 1
dim K = 1024
dim H, W
data xi: sign[K, H, W] from "icons.npz#images" take K
given query: sign[H, W] from "icons.npz#images" take 1
neuron v: [H, W] as sign
energy memory = -1/0.1 * logsumexp[m] 0.1 * sum[y, x] xi[m, y, x] * v[y, x]
recall settle {
  start v = query
  solver = async(order = random)
  steps = ${proposals}
}
`;
    const files = { read: () => Promise.resolve(new Uint8Array(bytes)) };
    const model = await loadModel({ name: "icons.ham", text }, { files });
    const scan = join(import.meta.dirname, "../binary/scan.py");
    return {
      run: async () => (await model.recall()).dispose(),
      others: [{ library: "jax", args: [scan, ICONS, "log-sum-exp"], times: proposals }],
      end: () => model.dispose(),
    };
  },
};

/** All of them. */
export const RECALLS: readonly Row[] = [
  logSumExp(1000, 64, 1, 20),
  logSumExp(1000, 784, 1, 20),
  logSumExp(1000, 784, 100, 20),
  logSumExp(8256, 2048, 1, 10),
  logSumExp(8256, 2048, 8, 10),
  logSumExp(8256, 2048, 48, 10),
  logSumExp(100_000, 64, 1, 20),
  logSumExp(100_000, 64, 48, 5),
  features(100_000, 20, 20),
  features(100_000, 100, 5),
  binary,
];
