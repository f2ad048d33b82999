// A closer look at one step of a log-sum-exp memory on tensors and as compiled code, and in NumPy where
// Python has it (HAMLET_PYTHON names which, default python3): processor time, one thread each, which a
// busy machine changes least. Whole recalls are rows of the table.

import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import { key, makeProgram, normal, simd, useThreads } from "../../packages/core/src/index.ts";
import * as tf from "@tensorflow/tfjs-core";
import { medians, printTable } from "../compare.ts";
import { hasLibrary, printed } from "../python.ts";
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

/** What NumPy takes, where Python has it. */
function inNumpy(...sizes: readonly number[]): Record<string, number> {
  if (!hasLibrary("numpy")) return {};
  const args = [join(import.meta.dirname, "step.py"), ...sizes.map(String)];
  return { NumPy: printed(args, { ...process.env, OPENBLAS_NUM_THREADS: "1" })[0] };
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
      ...inNumpy(K, D, B),
    });
    onTensors.dispose();
    compiled.dispose();
    tf.dispose([...given.values()]);
  }
}
