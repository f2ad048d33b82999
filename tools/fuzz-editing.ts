// Types at random into generated models, and holds the language server to what a fresh reading says.
//
//     node --expose-gc tools/fuzz-editing.ts 50000 [SEED]
//
// One server sees all of it, so its memory is measured as well: it must stay what it was. Progress
// goes to standard error. Exits 1 with the smallest session that breaks the law, or where memory grew.

import * as fc from "fast-check";
import { begin, edited, session, type } from "../packages/language-server/test/editing.ts";
import { countAndSeed, endWith, isBroken } from "./fuzzing.ts";

const EVERY = 2500;
/** How many times as much memory as after a first while, which fills what is kept. */
const GROWTH = 1.25;

const USAGE = "node --expose-gc tools/fuzz-editing.ts COUNT [SEED]";
const { count, seed } = countAndSeed(USAGE, 50_000);
const { gc } = globalThis as { gc?: () => void };
if (gc === undefined) endWith(USAGE);

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

if (!isBroken(result)) {
  progress();
  const [first = 0] = megabytes;
  const last = megabytes.at(-1)!;
  const grew = last > GROWTH * first;
  console.log(`${edits} edits, no law broken; memory ${grew ? "grew" : "flat"}`);
  if (grew) process.exitCode = 1;
}
