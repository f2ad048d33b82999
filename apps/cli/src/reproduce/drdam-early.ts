// The earlier DrDAM notebook: its five numbers and its scatter plot.
//
// Its machine multiplied matrices as graphics cards do unless they are told otherwise, with operands
// rounded to eleven binary digits (TF32); the memory T is such a product. With float32 operands the
// last two numbers are −.0867169 and .1319620, here as in JAX on a processor; with rounded ones both
// come out as printed.

import { key, split } from "@hamlet/core";
import { type Features, makeDrdam } from "@hamlet/drdam";
import * as tf from "@tensorflow/tfjs-core";
import { drawEnergyScatter } from "./drdam/figures.ts";
import { comparison } from "./printed.ts";
import type { Reproduction } from "./reproduction.ts";
import { coins, read } from "./states.ts";

const [D, Y, K, QUERIES, BETA] = [10, 100, 20, 100, 10];
const STEPS = { depth: 100, alpha: 1 };
/** Further digits are those of one order of float32 operations, on one machine. */
const ROUNDING = 1e-7;

export const drdamEarly: Reproduction = {
  name: "drdam-early",
  description: "the earlier DrDAM notebook: one hundred features of ten dimensions",
  async run({ bar }) {
    const [k1, k2, k3, k4, k5] = split(key(0), 6);
    using memory = makeDrdam({ D, Y, beta: BETA, key: k1 });
    const [x, y] = [coins(k2, [1, D], D), coins(k3, [1, D], D)];
    const stored = coins(k4, [K, D], D);
    const patterns = tf.tensor2d(stored, [K, D]);
    const queries = tf.tensor2d(coins(k5, [QUERIES, D], D), [QUERIES, D]);
    const T = roundedMemory(memory.features, stored);
    const first = tf.slice(queries, [0, 0], [1, D]);
    const exactEnd = await memory.recall(first, patterns, STEPS);
    const approxEnd = await memory.kernelRecall(first, T, STEPS);
    const [a, b] = [await read(exactEnd.state), await read(approxEnd.state)];
    const exact = await read(memory.energy(queries, patterns));
    const approx = await read(memory.kernelEnergy(queries, T));
    const [kernel] = await read(memory.sim(x, y));
    const [approxKernel] = await read(memory.kernelSim(x, y));
    const [energy] = await read(memory.energy(x, patterns));
    const [approxEnergy] = await read(memory.kernelEnergy(x, T));
    const distance = a.reduce((sum, entry, d) => sum + Math.abs(entry - b[d]), 0);
    tf.dispose([patterns, queries, T, first]);
    tf.dispose([exactEnd.energies, exactEnd.clipped, approxEnd.energies, approxEnd.clipped]);
    bar.advance(1, "numbers");
    const compared = comparison(
      [
        { what: "exact kernel of a pair", theirs: "0.011108992", ours: kernel },
        { what: "approximate kernel", theirs: "0.006203072", ours: approxKernel },
        { what: "exact energy of a point", theirs: "-0.07309916", ours: energy },
        { what: "approximate energy", theirs: "-0.08676291", ours: approxEnergy },
        { what: "distance after recall", theirs: "0.13190839", ours: distance },
      ].map((number) => ({ ...number, tolerance: ROUNDING })),
    );
    return {
      ...compared,
      results: [...compared.results, { what: "energies of the queries", exact, approx }],
      figures: { "drdam-early-energies.svg": drawEnergyScatter(exact, approx) },
    };
  },
};

/** `T = Σₘ Φ(ξₘ)` of patterns `[K, D]`, whose products with the rows ω are of rounded numbers. */
function roundedMemory({ projection, description }: Features, patterns: Float32Array): tf.Tensor1D {
  const [rows, rounded] = [projection.matrix().map(toTf32), patterns.map(toTf32)];
  const T = new Float64Array(2 * Y);
  for (let m = 0; m < K; m++) {
    for (let y = 0; y < Y; y++) {
      let product = 0;
      for (let d = 0; d < D; d++) product += rows[y * D + d] * rounded[m * D + d];
      const phase = Math.sqrt(description.beta) * product;
      T[y] += Math.cos(phase) / Math.sqrt(Y);
      T[Y + y] += Math.sin(phase) / Math.sqrt(Y);
    }
  }
  return tf.tensor1d(new Float32Array(T));
}

/** Rounded to eleven binary digits, as a tensor core takes its operands. */
function toTf32(x: number): number {
  const spread = x * (2 ** 42 + 1);
  return spread - (spread - x);
}
