// Twelve steps of a block of the published size on wasm, beside JAX where it is installed: time,
// and the memory that it takes.
//
// HAMLET_PYTHON names the Python that may have JAX, default python3.

import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { recallBar } from "../../apps/cli/src/progress.ts";
import { key, normal } from "../../packages/core/src/index.ts";
import { makeEnergyTransformer, PRESETS } from "../../packages/energy-transformer/src/index.ts";
import { medians, printTable, seconds } from "../compare.ts";
import { hasLibrary, printed } from "../python.ts";

const [TOKENS, STEPS, ROUNDS] = [197, 12, 3];
const { width, heads, headWidth, memories } = PRESETS.base;

const [HAMLET, JAX] = ["Hamlet on wasm", "JAX, jit"];
/** Seconds of processor time of the last descent. */
const processor: Record<string, number> = {};

function jax() {
  if (!hasLibrary("jax")) return {};
  const sizes = [TOKENS, width, heads, headWidth, memories, STEPS].map(String);
  const args = [join(import.meta.dirname, "block.py"), ...sizes];
  return {
    [JAX]: () => {
      const [took, worked] = printed(args);
      processor[JAX] = worked;
      return took;
    },
  };
}

tf.env().set("PROD", true);
await tf.setBackend("wasm");
using block = makeEnergyTransformer(PRESETS.base, { tokens: TOKENS, key: key(0) });
const tokens = tf.tensor2d(normal(key(1), [TOKENS, width]), [TOKENS, width]);
const before = tf.memory();
const alive: number[] = [];

async function descend(): Promise<void> {
  const bar = await recallBar("block");
  const running = block.descend(tokens, {
    steps: STEPS,
    onProgress(progress) {
      alive.push(tf.memory().numBytes - before.numBytes);
      bar.onProgress(progress);
    },
  });
  using result = await running.finally(() => bar.done());
  const energies = result.energies.map(([energy]) => energy);
  const rises = energies.filter((energy, i) => i > 0 && energy > energies[i - 1]).length;
  if (rises > 0) console.error(`The energy rose at ${rises} of ${STEPS} steps.`);
}

async function timed(): Promise<number> {
  const before = process.cpuUsage();
  const took = await seconds(descend);
  const { user, system } = process.cpuUsage(before);
  processor[HAMLET] = (user + system) / 1e6;
  return took;
}

await descend();
const results = await medians({ [HAMLET]: timed, ...jax() }, ROUNDS);
printTable(
  `Energy transformer: ${STEPS} steps, D = ${width}, H = ${heads}, M = ${memories}, ${TOKENS} tokens`,
  results,
);
printTable("The same in processor time", processor);
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(
  `\nbetween steps: ${megabytes(Math.min(...alive))} to ${megabytes(Math.max(...alive))} beyond ${megabytes(before.numBytes)} of weights and tokens; ` +
    `${tf.memory().numTensors - before.numTensors} tensors more afterwards; process at most ${megabytes(process.resourceUsage().maxRSS * 1024)}`,
);
tokens.dispose();
