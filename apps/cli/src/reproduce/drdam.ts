// The DrDAM notebook: every number it prints, on the chosen backend, and its figures.
//
// Hoover, Chau, Strobelt, Ram and Krotov (2024), Dense associative memory through the lens of random
// features. The numbers follow the notebook's code where its text says otherwise.

import { key, split } from "@hamlet/core";
import { divergence, divergenceBound, type DrDAM, largestStep, makeDrdam } from "@hamlet/drdam";
import * as tf from "@tensorflow/tfjs-core";
import { drawEnergyScatter, drawNotebookFigures } from "./drdam/figures.ts";
import { comparison, type Printed } from "./printed.ts";
import type { Reproduction } from "./reproduction.ts";
import { coins, read } from "./states.ts";

const [D, Y, K, QUERIES, BETA] = [30, 100_000, 20, 100, 25];
const SHOWN = 10;
const STEPS = { depth: 10, alpha: 0.1 };
/** The part of the step at which the bound would be infinite, and steps of that bound. */
const BOUND = { stepConstant: 0.5, depth: STEPS.depth };
const DIGIT = 1e-4;
const ENERGIES = ".0950 .1262 .1140 .0997 .1023 .1107 .0991 .1278 .1082 .1035"
  .replaceAll(".", "0.")
  .split(" ");
const DIVERGENCES = ".0238 .0269 .0436 .0285 .0306 .0352 .0269 .0383 .0325 .0356"
  .replaceAll(".", "0.")
  .split(" ");

export const drdam: Reproduction = {
  name: "drdam",
  description:
    "energies, kernels and descents of a memory of random features, and the notebook's figures",
  async run({ short, bar }) {
    const keys = split(key(779), 10);
    using memory = makeDrdam({ D, Y, beta: BETA, key: keys[9] });
    const patterns = coins(keys[2], [K, D], D);
    const queries = coins(keys[6], [QUERIES, D], D);
    bar.advance(0.1, "features");
    const { numbers, exact, approx, bound } = await measure(memory, {
      pair: coins(keys[0], [D, 2], D),
      patterns,
      queries,
    });
    bar.advance(0.2, "numbers");
    const figures = await drawNotebookFigures(keys, {
      ...(short
        ? { updates: 4, points: 20, states: 30 }
        : { updates: 20, points: 50, states: 100 }),
      onProgress: (part, what) => bar.advance(0.7 * part, what),
    });
    const scatter = drawEnergyScatter(exact, approx);
    const compared = comparison(numbers);
    const verdict = `${compared.verdict}; with the steps of ${digits(bound.alpha)} for which the paper's bound on the divergence holds it is ${digits(bound.most)}, and ${digits(bound.found)} is found`;
    const results = [
      ...compared.results,
      { what: "bound on the divergence", ...bound },
      { what: "energies of the queries", exact, approx },
    ];
    return {
      ...compared,
      results,
      verdict,
      figures: { ...figures, "drdam-energies.svg": scatter },
    };
  },
};

async function measure(
  memory: DrDAM,
  given: { pair: Float32Array; patterns: Float32Array; queries: Float32Array },
): Promise<{ numbers: Printed[]; exact: number[]; approx: number[]; bound: Bound }> {
  const x = given.pair.filter((_, i) => i % 2 === 0);
  const y = given.pair.filter((_, i) => i % 2 === 1);
  const patterns = tf.tensor2d(given.patterns, [K, D]);
  const queries = tf.tensor2d(given.queries, [QUERIES, D]);
  const T = await memory.distMemories(patterns);
  const first = tf.slice(queries, [0, 0], [SHOWN, D]);
  const exactEnd = await memory.energyDescent(first, patterns, STEPS);
  const approxEnd = await memory.rfApproxEnergyDescent(first, T, STEPS);
  const ends = [await read(exactEnd.state), await read(approxEnd.state)];
  const exact = await read(memory.energy(queries, patterns));
  const approx = await read(memory.rfApproxEnergy(queries, T));
  const rowAt = (flat: readonly number[], k: number) => flat.slice(k * D, (k + 1) * D);
  const one = (what: string, theirs: string, ours: number, tolerance = 0): Printed => ({
    what,
    theirs,
    ours,
    tolerance,
  });
  const numbers = [
    one("exact kernel of a pair", "0.0013", (await read(memory.sim(x, y)))[0]),
    one("approximate kernel of a pair", "0.0030", (await read(memory.rfApproxSim(x, y)))[0]),
    one("exact energy of a point", "0.0847", (await read(memory.energy(x, patterns)))[0]),
    one("approximate energy of a point", "0.0886", (await read(memory.rfApproxEnergy(x, T)))[0]),
    ...ENERGIES.map((theirs, k) => one(`energy of query ${k + 1}`, theirs, exact[k])),
    ...DIVERGENCES.map((theirs, k) =>
      one(
        `divergence of query ${k + 1}`,
        theirs,
        divergence(rowAt(ends[0], k), rowAt(ends[1], k)),
        2 * DIGIT,
      ),
    ),
  ];
  const bound = await boundOf(memory, { patterns, first, T, energies: exact.slice(0, SHOWN) });
  tf.dispose([patterns, queries, T, first]);
  tf.dispose([exactEnd.energies, exactEnd.clipped, approxEnd.energies, approxEnd.clipped]);
  return { numbers, exact, approx, bound };
}

/** The bound on the divergence for the largest step it allows, and the divergence there. */
interface Bound {
  readonly alpha: number;
  readonly most: number;
  readonly found: number;
}

async function boundOf(
  memory: DrDAM,
  given: {
    readonly patterns: tf.Tensor2D;
    readonly first: tf.Tensor;
    readonly T: tf.Tensor1D;
    readonly energies: readonly number[];
  },
): Promise<Bound> {
  const { patterns, first, T, energies } = given;
  // C₁ as these features have it, between these queries and these memories.
  const errors = await read(
    tf.tidy(() => {
      const states = tf.concat([first as tf.Tensor2D, patterns]);
      const phi = memory.phi(states);
      const squares = tf.sum(tf.square(states), 1, true);
      const distances = tf.sub(
        tf.add(squares, tf.transpose(squares)),
        tf.mul(tf.matMul(states, states, false, true), 2),
      );
      const exact = tf.exp(tf.mul(distances, -BETA / 2));
      return tf.abs(tf.sub(tf.matMul(phi, phi, false, true), exact));
    }),
  );
  const kernelConstant = Math.max(...errors) / Math.sqrt(D / Y);
  const { depth, stepConstant } = BOUND;
  const alpha = largestStep({ beta: BETA, K, depth, stepConstant });
  const steps = { depth, alpha, returnGrads: true };
  const ends = [
    await memory.energyDescent(first, patterns, steps),
    await memory.rfApproxEnergyDescent(first, T, steps),
  ];
  // Steps so small are lost in a float32 state, so they are added up here.
  const moves = await Promise.all(ends.map((end) => read(end.grads!)));
  for (const { state, energies: path, clipped } of ends) tf.dispose([state, path, clipped]);
  const moved = (flat: readonly number[], k: number) =>
    Array.from({ length: D }, (_, d) => {
      let sum = 0;
      for (let step = 0; step < depth; step++) sum += flat[(step * SHOWN + k) * D + d];
      return alpha * sum;
    });
  const found = energies.map((_, k) => divergence(moved(moves[0], k), moved(moves[1], k)));
  const most = energies.map((energy) =>
    divergenceBound({ beta: BETA, D, Y, energy, kernelConstant, stepConstant }),
  );
  return { alpha, most: Math.min(...most), found: Math.max(...found) };
}

function digits(value: number): string {
  return value.toExponential(1);
}
