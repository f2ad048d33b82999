// A program of its own: starts one backend, runs a small plan and prints what it found as JSON.
//
// `ham doctor` runs it once for each backend. A backend that crashes, as native ones can, then
// takes down a probe and not the doctor.

import { KERNELS, makeProgram, plan } from "@hamlet/core";
import {
  evaluate,
  get,
  gradient,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  sum,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { findBackend, startBackend } from "../backend.ts";
import { CommandError } from "../exit.ts";
import type { Finding } from "./finding.ts";

/** How far a small float32 result may be from the float64 one. */
const TOLERANCE = 1e-4;

/** The largest error of the energy and gradient of a small memory on the current backend. */
async function errorOfSmallPlan(): Promise<number> {
  const [units, memories] = [makeDim("D", 8), makeDim("K", 5)];
  const state = makeTensor("v", "activation", [units]);
  const patterns = makeTensor("xi", "data", [memories, units]);
  const [i, j, m] = [makeIndex("i", units), makeIndex("j", units), makeIndex("m", memories)];
  const energy = neg(logsumexp([m], sum([i], mul(get(patterns, [m, i]), get(state, [i])))));
  const slope = gradient(energy, state, [j]);
  const values = new Map([
    [state, Float32Array.from({ length: 8 }, (_, k) => Math.cos(k))],
    [patterns, Float32Array.from({ length: 40 }, (_, k) => Math.sin(3 * k))],
  ]);
  const expected = [
    ...evaluate(energy, { tensors: values }).data,
    ...evaluate(slope, { tensors: values }, [j]).data,
  ];

  const inputs = new Map([
    [state, tf.tensor(values.get(state)!, [8])],
    [patterns, tf.tensor(values.get(patterns)!, [5, 8])],
  ]);
  using program = makeProgram(
    plan(
      [
        { name: "energy", value: energy, indices: [], batched: false },
        { name: "slope", value: slope, indices: [j], batched: false },
      ],
      { leaf: ({ kind }) => ({ stage: kind === "data" ? "load" : "step", batched: false }) },
    ),
  );
  program.bind("load", inputs);
  const results = [...program.step(inputs, { batch: 1 }).values()];
  // On WebGPU in Node results can only be awaited.
  const found = (await Promise.all(results.map((result) => result.data()))).flatMap((data) => [
    ...data,
  ]);
  tf.dispose([...results, ...inputs.values()]);
  return expected.reduce((worst, value, k) => Math.max(worst, Math.abs(value - found[k])), 0);
}

async function probe(name: string): Promise<Finding> {
  try {
    await startBackend(name);
    const error = await errorOfSmallPlan();
    const works = error < TOLERANCE;
    const has = new Set(
      tf.getKernelsForBackend(findBackend(name).registered).map((kernel) => kernel.kernelName),
    );
    const missing = [...new Set(Object.values(KERNELS).flat())].filter(
      (kernel) => !has.has(kernel),
    );
    return { works, error, missing, problem: works ? null : `it is off by ${error}` };
  } catch (error) {
    const problem = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const known = error instanceof CommandError;
    return {
      works: false,
      error: null,
      missing: null,
      problem: known ? problem : `it fails: ${problem}`,
    };
  }
}

const finding = await probe(process.argv[2] ?? "");
process.stdout.write(`${JSON.stringify(finding)}\n`, () => {
  // Dawn and CUDA may keep threads of their own.
  process.exit(0);
});
