// Runs commands among files that mean no good, any number of times.
//
//     node tools/fuzz-files.ts 20000 [SEED]
//
// Progress goes to standard error. Exits 1 with the smallest situation that breaks a law, that
// computes for more than two seconds or is waited for longer than a hundred, or with which the process
// has taken more memory than any number of runs needs.

import * as fc from "fast-check";
import { countAndSeed, isBroken } from "./fuzzing.ts";
import { checkSituation, situation } from "./hostile-files.ts";

const EVERY = 500;
/** In ms: waiting depends on what else the machine does, and may take long; computing does not. */
const LONGEST = 100_000;
const MOST_WORK = 2_000;
/** In KiB. */
const MOST_MEMORY = 2 ** 20;

const { count, seed } = countAndSeed("node tools/fuzz-files.ts COUNT [SEED]", 20_000);

const tally = new Map<string, number>();
const seen = new Set<string>();
const began = performance.now();
let done = 0;
let slowest = 0;
let hardest = 0;

function progress(): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const shares = [...tally].map(([outcome, times]) => `${outcome} ${times}`);
  const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.error(
    `${done} runs in ${seconds} s and ${memory} MiB, the slowest ${slowest.toFixed(0)} ms, the most work ${hardest.toFixed(0)} ms: ${shares.join(", ")}`,
  );
}

const result = await fc.check(
  fc.asyncProperty(situation, async (what) => {
    const start = performance.now();
    const idle = process.cpuUsage();
    const code = await checkSituation(what);
    const took = performance.now() - start;
    const { user, system } = process.cpuUsage(idle);
    const work = (user + system) / 1000;
    const told = `of ${took.toFixed(0)} ms, ${work.toFixed(0)} of them work: ${JSON.stringify(what)}`;
    // The first one of a kind loads and compiles what it needs.
    const kind = `${what.about} ${what.command}`;
    if (took > LONGEST || (work > MOST_WORK && seen.has(kind)))
      throw new Error(`an answer ${told}`);
    seen.add(kind);
    const { maxRSS } = process.resourceUsage();
    if (maxRSS > MOST_MEMORY) throw new Error(`${maxRSS} KiB of memory after an answer ${told}`);
    slowest = Math.max(slowest, took);
    hardest = Math.max(hardest, work);
    const outcome = `${what.about} ${code}`;
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    done += 1;
    if (done % EVERY === 0) progress();
  }),
  { numRuns: count, seed },
);

if (!isBroken(result)) {
  progress();
  console.log(`${done} runs, no law broken`);
}
