// Training a score network at a batch of 500: Hamlet against tfjs-layers, both on wasm in the same
// rounds, and against PyTorch on the same processor.
//
// Times are those of the processor, so that other work on the machine does not count: the wasm
// backend has one thread in Node, and PyTorch is given one. HAMLET_PYTHON names the Python that may
// have PyTorch, default python3.

import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { key } from "../../packages/core/src/index.ts";
import { circlePoints, initialModel, trainScore } from "../../packages/diffusion/src/index.ts";
import { Batches } from "../../packages/diffusion/src/training/batches.ts";
import { medians, printTable, shown } from "../compare.ts";
import { hasLibrary, printed, PYTHON } from "../python.ts";
import { makeLayersTraining } from "./layers.ts";

const [BATCH, ITERATIONS, ROUNDS] = [500, 40, 5];

/** Seconds of the processor that an iteration takes, over some of them. */
async function each(iterate: (k: number) => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let k = 0; k < ITERATIONS; k++) await iterate(k);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / ITERATIONS;
}

/** PyTorch with some threads, where it is installed; `column` 0 is the clock, 1 the processor. */
function torch(threads: number, column: 0 | 1): () => number {
  const script = join(import.meta.dirname, "train.py");
  const args = [script, String(BATCH), String(threads), String(ITERATIONS)];
  return () => printed(args)[column];
}

tf.env().set("PROD", true);
await tf.setBackend("wasm");
const patterns = circlePoints(key(0), { count: 2 * BATCH });
const iterateLayers = makeLayersTraining(initialModel(key(1)).frequencies);
const theirs = new Batches(patterns, BATCH, key(2));
/** The whole training, with its plans, its reports and its checkpoint. */
const hamlet = async () => {
  const before = process.cpuUsage();
  await trainScore(patterns, { key: key(2), batch: BATCH, iterations: ITERATIONS });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / ITERATIONS;
};
const competitors = {
  "Hamlet, wasm": hamlet,
  "tfjs-layers, wasm": () => each((k) => iterateLayers(theirs.deal(k))),
};
const hasTorch = hasLibrary("torch");
if (!hasTorch) console.log(`\nPyTorch is not present in ${PYTHON}; HAMLET_PYTHON names another.`);
const all = { ...competitors, ...(hasTorch && { "PyTorch, one thread": torch(1, 1) }) };
await medians(competitors, 1); // Compiled before they count.
const results = await medians(all, ROUNDS);
printTable(`Training a score network, one iteration of ${BATCH} examples`, results);
for (const [name, time] of Object.entries(results)) {
  console.log(`${name}: ${(1 / time).toFixed(1)} iterations a second (${shown(time)} each)`);
}
