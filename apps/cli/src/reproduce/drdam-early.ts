// The earlier DrDAM notebook: its five numbers and its scatter plot.
//
// The last two numbers cannot be had to every digit: JAX 0.10 gives −.08671691 and .13196196 from the
// same keys, float64 −.08671692 and .13196193. Hence their tolerances.

import { key, split } from "@hamlet/core";
import { makeDrdam } from "@hamlet/drdam";
import * as tf from "@tensorflow/tfjs-core";
import { drawEnergyScatter } from "./drdam/figures.ts";
import { comparison } from "./printed.ts";
import type { Reproduction } from "./reproduction.ts";
import { coins, read } from "./states.ts";

const [D, Y, K, QUERIES, BETA] = [10, 100, 20, 100, 10];
const STEPS = { depth: 100, alpha: 1 };

export const drdamEarly: Reproduction = {
  name: "drdam-early",
  description: "the earlier DrDAM notebook: one hundred features of ten dimensions",
  async run({ bar }) {
    const [k1, k2, k3, k4, k5] = split(key(0), 6);
    using memory = makeDrdam({ D, Y, beta: BETA, key: k1 });
    const [x, y] = [coins(k2, [1, D], D), coins(k3, [1, D], D)];
    const patterns = tf.tensor2d(coins(k4, [K, D], D), [K, D]);
    const queries = tf.tensor2d(coins(k5, [QUERIES, D], D), [QUERIES, D]);
    const T = memory.kernelizeMemories(patterns);
    const first = tf.slice(queries, [0, 0], [1, D]);
    const exactEnd = memory.recall(first, patterns, STEPS);
    const approxEnd = memory.kernelRecall(first, T, STEPS);
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
    return {
      ...comparison([
        { what: "exact kernel of a pair", theirs: "0.011108992", ours: kernel, tolerance: 1e-6 },
        { what: "approximate kernel", theirs: "0.006203072", ours: approxKernel, tolerance: 1e-4 },
        { what: "exact energy of a point", theirs: "-0.07309916", ours: energy, tolerance: 1e-6 },
        { what: "approximate energy", theirs: "-0.08676291", ours: approxEnergy, tolerance: 1e-4 },
        { what: "distance after recall", theirs: "0.13190839", ours: distance, tolerance: 1e-3 },
      ]),
      figures: { "drdam-early-energies.svg": drawEnergyScatter(exact, approx) },
    };
  },
};
