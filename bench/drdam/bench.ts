// Gradients of a memory of random features, against the same in JAX, NumPy and plain TensorFlow.js
// operations; a million patterns streamed; an image-sized memory.
//
// HAMLET_PYTHON names the Python that may have JAX and NumPy, default python3.

import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { foldIn, key, normal, uniform } from "../../packages/core/src/index.ts";
import { makeDrdam, makeMemory } from "../../packages/drdam/src/index.ts";
import { medians, printTable, seconds, shown } from "../compare.ts";

const PYTHON = process.env["HAMLET_PYTHON"] ?? "python3";
const [D, Y, BETA, ROUNDS] = [30, 100_000, 25, 3];

function python(batch: number, library: "jax" | "numpy") {
  if (spawnSync(PYTHON, ["-c", `import ${library}`], { stdio: "ignore" }).status !== 0) return {};
  const script = join(import.meta.dirname, "energy.py");
  const args = [script, String(D), String(Y), String(batch), library];
  const name = library === "jax" ? "JAX, jit" : "NumPy";
  return { [name]: () => Number(execFileSync(PYTHON, args, { encoding: "utf8" })) };
}

async function gradients(): Promise<void> {
  using drdam = makeDrdam({ D, Y, beta: BETA, key: key(0) });
  const T = drdam.distMemories(tf.tensor2d(normal(key(1), [20, D]), [20, D]));
  for (const batch of [20, 100]) {
    const q = tf.tensor2d(
      normal(key(2), [batch, D]).map((x) => x / Math.sqrt(D)),
      [batch, D],
    );
    const step = (engine: "loops" | "tensors") => () =>
      seconds(async () => {
        const { state, energies, clipped } = drdam.rfApproxEnergyDescent(q, T, {
          depth: 1,
          engine,
        });
        await state.data();
        tf.dispose([state, energies, clipped]);
      });
    const results = await medians(
      {
        "Hamlet, loops": step("loops"),
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

async function streaming(): Promise<void> {
  const [patterns, size, chunk] = [1_000_000, 64, 10_000];
  const memory = makeMemory({ D: size, Y: 1024, beta: 1, key: key(1), family: "structured" });
  const resident: number[] = [];
  const time = await seconds(() => {
    for (let from = 0; from < patterns; from += chunk) {
      memory.store(uniform(foldIn(key(6), from), [chunk, size]));
      resident.push(process.memoryUsage.rss() / 2 ** 20);
      if (process.stderr.isTTY) process.stderr.write(`\rstreaming ${from + chunk} of ${patterns}`);
    }
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  const half = resident.length / 2;
  console.log(
    `\nstreaming ${patterns} patterns, D = ${size}, Y = 1024: ${shown(time)}, ${shown(time / patterns)} a pattern; resident ${Math.max(...resident.slice(0, half)).toFixed(0)} MB at most in the first half, ${Math.max(...resident.slice(half)).toFixed(0)} MB in the second`,
  );
}

tf.env().set("PROD", true);
await tf.setBackend("wasm");
await gradients();
await streaming();
console.log("\nimages: D = 12288, Y = 196608, 20 stored, 4 queries, 300 steps");
console.log(
  execFileSync(process.execPath, [join(import.meta.dirname, "image.ts")], { encoding: "utf8" }),
);
