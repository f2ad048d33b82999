// A log-sum-exp memory on tensors and as compiled code, and in NumPy where python3 has it: whole
// recalls of a `.ham` file, and one step of its plan. Processor time, one thread each, which a busy
// machine changes least.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import {
  key,
  makeProgram,
  normal,
  simd,
  useThreads,
  writeNpy,
} from "../../packages/core/src/index.ts";
import * as tf from "@tensorflow/tfjs-core";
import { loadModel } from "../../packages/model/src/index.ts";
import { medians, printTable } from "../compare.ts";
import { stepOf } from "./step.ts";

useThreads(1);
await tf.setBackend("wasm");

/** Seconds of processor time that a call takes, of so many calls. */
const timed = (calls: number, run: () => unknown) => async () => {
  const began = process.cpuUsage();
  for (let n = 0; n < calls; n++) await run();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6 / calls;
};

/** What NumPy takes, where python3 has it. */
function inNumpy(script: string, ...sizes: readonly number[]): Record<string, number> {
  try {
    const found = execFileSync(
      "python3",
      [join(import.meta.dirname, script), ...sizes.map(String)],
      {
        encoding: "utf8",
        env: { ...process.env, OPENBLAS_NUM_THREADS: "1" },
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    return { NumPy: Number(found) };
  } catch {
    return {};
  }
}

for (const [K, D, B, steps] of [
  [64, 64, 1, 20],
  [1000, 64, 1, 20],
  [1000, 784, 1, 20],
  [1000, 784, 100, 20],
  [8256, 2048, 1, 10],
  [8256, 2048, 8, 10],
]) {
  const text = `ham 1
dim D = ${D}, K = ${K}
data xi: [K, D] from "xi.npy"
given query: [D]
neuron v: [D] as identity
energy lse = -1/0.1 * logsumexp[m] 0.1 * sum[i] xi[m, i] * v[i]
recall r {
  start v = query
  solver = euler(dt = 0.1)
  steps = ${steps}
}
`;
  const patterns = {
    shape: [K, D],
    dtype: "float32",
    data: new Float32Array(normal(key(1), K * D)),
  };
  const files = { read: () => Promise.resolve(writeNpy(patterns)) };
  using model = await loadModel({ name: "lse.ham", text }, { files });
  const givens = { query: { shape: [B, D], data: new Float32Array(normal(key(2), B * D)) } };
  const calls = Math.max(1, Math.min(200, Math.floor(2e8 / (K * D * B * steps))));
  const recall = (engine: "simd" | "tensors") =>
    timed(calls, async () => (await model.recall({ givens, engine })).dispose());
  const first = timed(1, async () => (await model.recall({ givens, engine: "simd" })).dispose());
  const compiling = await first();
  const results = await medians(
    { "compiled code": recall("simd"), "tensors (wasm)": recall("tensors") },
    K > 5000 ? 3 : 5,
  );
  printTable(
    `Log-sum-exp, K = ${K}, D = ${D}, ${B} at a time: a recall of ${steps} steps by model.recall`,
    { ...results, ...inNumpy("recall.py", K, D, B, steps), "compiled code, the first": compiling },
  );
}

const STAGES = ["load", "param", "example"] as const;

for (const [K, D] of [
  [1000, 64],
  [8256, 2048],
]) {
  for (const B of [1, 8, 48]) {
    const { xi, v, plan: own } = stepOf(K, D);
    const patterns = new Float32Array(normal(key(1), K * D));
    const states = new Float32Array(normal(key(2), B * D));
    const onTensors = makeProgram(own);
    const given = new Map([
      [xi, tf.tensor2d(patterns, [K, D])],
      [v, tf.tensor2d(states, [B, D])],
    ]);
    const compiled = makeProgram(own, { target: simd });
    const arrays = new Map([
      [xi, patterns],
      [v, states],
    ]);
    for (const stage of STAGES) {
      onTensors.bind(stage, given);
      compiled.bind(stage, arrays);
    }
    const steps = K > 5000 ? 3 : 100;
    const results = await medians(
      {
        "compiled code": timed(steps, () => {
          const made = compiled.step(arrays, { batch: B });
          for (const value of made.values()) simd.free(value);
        }),
        "tensors (wasm)": timed(steps, () =>
          tf.dispose([...onTensors.step(given, { batch: B }).values()]),
        ),
      },
      7,
    );
    printTable(`Log-sum-exp, K = ${K}, D = ${D}, ${B} at a time: one step`, {
      ...results,
      ...inNumpy("step.py", K, D, B),
    });
    onTensors.dispose();
    compiled.dispose();
    tf.dispose([...given.values()]);
  }
}
