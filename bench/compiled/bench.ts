// A step of a log-sum-exp memory: its energy and slope on tensors and as compiled code, and in NumPy
// where python3 has it. Processor time, one thread each, which a busy machine changes least.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import { key, makeProgram, normal, plan, simd } from "../../packages/core/src/index.ts";
import {
  div,
  get,
  gradient,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  sum,
} from "../../packages/graph/src/index.ts";
import * as tf from "@tensorflow/tfjs-core";
import { medians, printTable } from "../compare.ts";

await tf.setBackend("wasm");

const STAGES = ["load", "param", "example"] as const;

for (const [K, D] of [
  [1000, 64],
  [8256, 2048],
]) {
  for (const B of [1, 8, 48]) {
    const [rows, entries] = [makeDim("K", K), makeDim("D", D)];
    const [k, i, j] = [makeIndex("k", rows), makeIndex("i", entries), makeIndex("j", entries)];
    const xi = makeTensor("xi", "data", [rows, entries]);
    const v = makeTensor("v", "activation", [entries]);
    const scores = mul(lit(0.1), sum([i], mul(get(xi, [k, i]), get(v, [i]))));
    const energy = neg(div(logsumexp([k], scores), lit(0.1)));
    const own = plan(
      [
        { name: "energy", value: energy, indices: [], batched: true },
        { name: "slope", value: gradient(energy, v, [j]), indices: [j], batched: true },
      ],
      {
        leaf: ({ kind }) => ({
          stage: kind === "data" ? "load" : "step",
          batched: kind !== "data",
        }),
      },
    );
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
    const timed = (step: () => void) => () => {
      const began = process.cpuUsage();
      for (let n = 0; n < steps; n++) step();
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1e6 / steps;
    };
    const results: Record<string, number> = await medians(
      {
        "compiled code": timed(() => {
          const made = compiled.step(arrays, { batch: B });
          for (const value of made.values()) simd.free(value);
        }),
        "tensors (wasm)": timed(() =>
          tf.dispose([...onTensors.step(given, { batch: B }).values()]),
        ),
      },
      7,
    );
    try {
      const script = join(import.meta.dirname, "step.py");
      results["NumPy"] = Number(
        execFileSync("python3", [script, `${K}`, `${D}`, `${B}`], {
          encoding: "utf8",
          env: { ...process.env, OPENBLAS_NUM_THREADS: "1" },
        }),
      );
    } catch {
      // There is no NumPy here.
    }
    printTable(`Log-sum-exp, K = ${K}, D = ${D}, ${B} at a time: one step`, results);
    onTensors.dispose();
    compiled.dispose();
    tf.dispose([...given.values()]);
  }
}
