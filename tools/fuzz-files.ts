// Runs commands among files that mean no good, any number of times.
//
//     node tools/fuzz-files.ts 20000 [SEED]
//
// Progress goes to standard error. Exits 1 with the smallest situation that breaks a law, or that
// takes longer than ten seconds.

import * as fc from "fast-check";
import { checkSituation, situation } from "./hostile-files.ts";

const EVERY = 500;
const LONGEST = 10_000;

const count = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error("usage: node tools/fuzz-files.ts COUNT [SEED]");
  process.exit(2);
}

const tally = new Map<string, number>();
const began = performance.now();
let done = 0;
let slowest = 0;

function progress(): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const shares = [...tally].map(([outcome, times]) => `${outcome} ${times}`);
  console.error(
    `${done} runs in ${seconds} s, the slowest ${slowest.toFixed(0)} ms: ${shares.join(", ")}`,
  );
}

const result = await fc.check(
  fc.asyncProperty(situation, async (what) => {
    const start = performance.now();
    const code = await checkSituation(what);
    const took = performance.now() - start;
    if (took > LONGEST)
      throw new Error(`an answer after ${took.toFixed(0)} ms: ${JSON.stringify(what)}`);
    slowest = Math.max(slowest, took);
    const outcome = `${what.about} ${code}`;
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    done += 1;
    if (done % EVERY === 0) progress();
  }),
  { numRuns: count, seed },
);

if (result.failed) {
  console.error(`seed ${seed}`);
  const { errorInstance } = result;
  console.error(errorInstance instanceof Error ? errorInstance.stack : result.counterexample);
  console.error(JSON.stringify(result.counterexample));
  process.exitCode = 1;
} else {
  progress();
  console.log(`${done} runs, no law broken`);
}
