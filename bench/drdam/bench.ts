// Gradients of a memory of random features, against the same in JAX, NumPy and plain TensorFlow.js
// operations; a million patterns streamed; an image-sized memory.
//
// HAMLET_PYTHON names the Python that may have JAX and NumPy, default python3.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { key, normal } from "../../packages/core/src/index.ts";
import { makeDrdam } from "../../packages/drdam/src/index.ts";
import type { RecallEngine } from "../../packages/ham/src/index.ts";
import { medians, printTable, seconds } from "../compare.ts";
import { hasLibrary, printed } from "../python.ts";

const [D, Y, BETA, ROUNDS] = [30, 100_000, 25, 3];

function python(batch: number, library: "jax" | "numpy") {
  if (!hasLibrary(library)) return {};
  const script = join(import.meta.dirname, "energy.py");
  const args = [script, String(D), String(Y), String(batch), library];
  const name = library === "jax" ? "JAX, jit" : "NumPy";
  return { [name]: () => printed(args)[0] };
}

async function gradients(): Promise<void> {
  using drdam = makeDrdam({ D, Y, beta: BETA, key: key(0) });
  const T = await drdam.distMemories(tf.tensor2d(normal(key(1), [20, D]), [20, D]));
  for (const batch of [20, 100]) {
    const q = tf.tensor2d(
      normal(key(2), [batch, D]).map((x) => x / Math.sqrt(D)),
      [batch, D],
    );
    const step = (engine: RecallEngine) => () =>
      seconds(async () => {
        const { state, energies, clipped } = await drdam.rfApproxEnergyDescent(q, T, {
          depth: 1,
          engine,
        });
        await state.data();
        tf.dispose([state, energies, clipped]);
      });
    const results = await medians(
      {
        "Hamlet, compiled": step("simd"),
        "Hamlet, float64": step("float64"),
        "Hamlet, operations on wasm": step("tensors"),
        ...python(batch, "numpy"),
        ...python(batch, "jax"),
      },
      ROUNDS,
    );
    printTable(`DrDAM: one gradient step of ${batch} queries, D = ${D}, Y = ${Y}`, results);
    q.dispose();
  }
  T.dispose();
}

tf.env().set("PROD", true);
await tf.setBackend("wasm");
await gradients();
for (const [script, what] of [
  ["stream.ts", "a million patterns: D = 64, Y = 1024"],
  ["image.ts", "images: D = 12288, Y = 196608, 20 stored, 4 queries, 300 steps"],
]) {
  const path = join(import.meta.dirname, script);
  console.log(
    `\n${what}\n${execFileSync(process.execPath, [path], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })}`,
  );
}
