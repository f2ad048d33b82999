// What the notebooks print, computed by operations of the current backend.

import { makeDrdam } from "@hamlet/drdam";
import * as tf from "@tensorflow/tfjs-core";
import { earlierNotebook, notebook } from "../test/notebook.ts";

/** The printed numbers, in the order of the notebooks; null of one that was not run. */
export interface NotebookRun {
  /** Kernel, approximate kernel, energy, approximate energy. */
  readonly late: readonly number[] | null;
  /** The same, and the distance between the ends of two recalls. */
  readonly early: readonly number[] | null;
  readonly tensorsLeft: number;
}

export const NOTEBOOKS = ["late", "early"] as const;

/** Runs those that are wanted, by default both; leaves no tensor behind. */
export async function runNotebooks(
  wanted: readonly (typeof NOTEBOOKS)[number][] = NOTEBOOKS,
): Promise<NotebookRun> {
  const before = tf.memory().numTensors;
  const late = wanted.includes("late") ? await runLate() : null;
  const early = wanted.includes("early") ? await runEarly() : null;
  return { late, early, tensorsLeft: tf.memory().numTensors - before };
}

async function numbersOf(...tensors: tf.Tensor[]): Promise<number[]> {
  const all = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return all.map(([first]) => first);
}

async function runLate(): Promise<number[]> {
  const { options, x, y, memories } = notebook();
  using drdam = makeDrdam(options);
  const patterns = tf.tensor2d(memories, [20, options.D]);
  const T = await drdam.distMemories(patterns);
  const numbers = await numbersOf(
    drdam.sim(x, y),
    drdam.rfApproxSim(x, y),
    drdam.energy(x, patterns),
    drdam.rfApproxEnergy(x, T),
  );
  tf.dispose([patterns, T]);
  return numbers;
}

async function runEarly(): Promise<number[]> {
  const { options, x, y, memories, queries } = earlierNotebook();
  using drdam = makeDrdam(options);
  const patterns = tf.tensor2d(memories, [20, options.D]);
  const T = await drdam.kernelizeMemories(patterns);
  const query = queries.slice(0, options.D);
  const steps = { depth: 100, alpha: 1 };
  const exact = await drdam.recall(query, patterns, steps);
  const approx = await drdam.kernelRecall(query, T, { ...steps, engine: "tensors" });
  const numbers = await numbersOf(
    drdam.sim(x, y),
    drdam.kernelSim(x, y),
    drdam.energy(x, patterns),
    drdam.kernelEnergy(x, T),
    tf.tidy(() => tf.sum(tf.abs(tf.sub(exact.state, approx.state)))),
  );
  tf.dispose([patterns, T, { ...exact }, { ...approx }]);
  return numbers;
}
