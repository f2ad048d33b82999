// A step of a log-sum-exp memory as compiled code on one thread and on two: time on the clock, of which
// the shortest of many is what a machine that others use leaves of it.

import { key, makeProgram, normal, simd, useThreads } from "../../packages/core/src/index.ts";
import { shown } from "../compare.ts";
import { stepOf } from "../compiled/step.ts";

const THREADS = [1, 2];
/** Seconds that one setting takes, about. */
const PATIENCE = 8;

console.log(`\n| K, D, queries | ${THREADS.map((n) => `${n} threads`).join(" | ")} |`);
console.log(`|---|${THREADS.map(() => "---:|").join("")}`);
for (const [K, D] of [
  [1000, 64],
  [8256, 2048],
  [100_000, 64],
]) {
  for (const B of [1, 8, 48]) {
    const { xi, v, plan } = stepOf(K, D);
    const program = makeProgram(plan, { target: simd });
    const arrays = new Map([
      [xi, Float32Array.from({ length: K * D }, (_, n) => Math.sin(1.7 * n))],
      [v, new Float32Array(normal(key(2), B * D))],
    ]);
    for (const stage of ["load", "param", "example"] as const) program.bind(stage, arrays);
    const best = THREADS.map(() => Infinity);
    const began = performance.now();
    for (let round = 0; performance.now() - began < 1000 * PATIENCE; round++) {
      THREADS.forEach((threads, n) => {
        useThreads(threads);
        // Some steps, so that workers are awake as in a recall.
        for (let again = 0; again < 3; again++) {
          const start = performance.now();
          for (const value of program.step(arrays, { batch: B }).values()) simd.free(value);
          // Not the first, when workers are being started.
          if (round > 0) best[n] = Math.min(best[n], (performance.now() - start) / 1000);
        }
      });
      // Workers that start, and messages, get their turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    console.log(`| ${K}, ${D}, ${B} | ${best.map(shown).join(" | ")} |`);
    program.dispose();
  }
}
