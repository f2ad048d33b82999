// Types at random into generated models, and holds the language server to what a fresh reading says.
//
//     node --expose-gc tools/fuzz-editing.ts 50000 [SEED]
//
// One server sees all of it, so its memory is measured as well: it must stay what it was. Progress
// goes to standard error. Exits 1 with the smallest session that breaks the law, or where memory grew.

import * as fc from "fast-check";
import { begin, edited, session, type } from "../packages/language-server/test/editing.ts";

const EVERY = 2500;
/** How many times as much memory as after a first while, which fills what is kept. */
const GROWTH = 1.25;

const count = Number(process.argv[2] ?? 50_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const { gc } = globalThis as { gc?: () => void };
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed) || gc === undefined) {
  console.error("usage: node --expose-gc tools/fuzz-editing.ts COUNT [SEED]");
  process.exit(2);
}

const project = begin("ham 1\n");
const began = performance.now();
const megabytes: number[] = [];
let version = 1;
let edits = 0;

function progress(): void {
  gc!();
  megabytes.push(process.memoryUsage().heapUsed / 2 ** 20);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.error(`${edits} edits in ${seconds} s, ${megabytes.at(-1)!.toFixed(1)} MB`);
}

const result = await fc.check(
  fc.asyncProperty(session, async (one) => {
    if (edits >= count) return;
    let { text } = one;
    await type(project, ++version, text);
    for (const edit of one.edits) {
      text = edited(text, edit);
      await type(project, ++version, text);
      edits += 1;
      if (edits % EVERY === 0) progress();
    }
  }),
  { numRuns: count, seed },
);

if (result.failed) {
  console.error(`seed ${seed}`);
  const { errorInstance } = result;
  console.error(errorInstance instanceof Error ? errorInstance.stack : result.counterexample);
  process.exitCode = 1;
} else {
  progress();
  const [first = 0] = megabytes;
  const last = megabytes.at(-1)!;
  const grew = last > GROWTH * first;
  console.log(`${edits} edits, no law broken; memory ${grew ? "grew" : "flat"}`);
  if (grew) process.exitCode = 1;
}
