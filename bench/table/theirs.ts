// Times a log-sum-exp recall in other libraries of JavaScript: theirs.ts tfjs|jax-js K D B STEPS
//
// As theirs.py: prints the seconds of the job for each line that it reads, the median of a tenth of a second
// of jobs.

import { createInterface } from "node:readline";
import { key, normal } from "../../packages/core/src/index.ts";
import { secondsOfTurn } from "../compare.ts";

const [library, ...sizes] = process.argv.slice(2);
const [K, D, B, steps] = sizes.map(Number);
const [beta, dt] = [0.1, 0.1];
const numbers = (seed: number, rows: number) => new Float32Array(normal(key(seed), rows * D));

/** Plain tensors on their fastest backend here, an operation after the other. */
async function tfjs(): Promise<() => Promise<unknown>> {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  tf.env().set("PROD", true);
  const xi = tf.tensor2d(numbers(1, K), [K, D]);
  const query = tf.tensor2d(numbers(2, B), [B, D]);
  return async () => {
    const state = tf.tidy(() => {
      let v = query;
      for (let step = 0; step < steps; step++) {
        v = tf.tidy(() => {
          const scores = tf.mul(beta, tf.matMul(v, xi, false, true));
          tf.sub(tf.div(tf.sum(tf.square(v), 1), 2), tf.div(tf.logSumExp(scores, 1), beta));
          const slope = tf.sub(tf.matMul(tf.softmax(scores), xi), v);
          const after = tf.add(v, tf.mul(dt, slope));
          tf.max(tf.abs(tf.sub(after, v)), 1);
          return after as typeof v;
        });
      }
      return v;
    });
    await state.data();
    if (state !== query) state.dispose();
  };
}

/** All steps as one compiled function, in WebAssembly. */
async function jaxJs(): Promise<() => Promise<unknown>> {
  const { defaultDevice, init, jit, nn, numpy: np } = await import("@jax-js/jax");
  await init("wasm");
  defaultDevice("wasm");
  const xi = np.array(numbers(1, K), { shape: [K, D] });
  const query = np.array(numbers(2, B), { shape: [B, D] });
  const energyAt = (v: typeof xi, scores: typeof xi) =>
    np
      .square(v)
      .sum(1)
      .mul(0.5)
      .sub(nn.logsumexp(scores, 1).mul(1 / beta));
  const recall = jit((patterns: typeof xi, start: typeof xi) => {
    let v = start;
    const told: (typeof xi)[] = [];
    for (let step = 0; step < steps; step++) {
      const scores = np.matmul(v.ref, np.transpose(patterns.ref)).mul(beta);
      told.push(energyAt(v.ref, scores.ref));
      const slope = np.matmul(nn.softmax(scores, 1), patterns.ref).sub(v.ref);
      const after = v.ref.add(slope.mul(dt));
      told.push(np.max(np.abs(after.ref.sub(v)), 1));
      v = after;
    }
    patterns.dispose();
    return [v, ...told];
  });
  return async () => {
    const [state, ...told] = recall(xi.ref, query.ref);
    for (const one of told) one.dispose();
    await state.data();
  };
}

const LIBRARIES: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
  tfjs,
  "jax-js": jaxJs,
};

const job = await LIBRARIES[library]();
// Compiled before its turns, as the others are.
await job();
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(await secondsOfTurn(job));
}
