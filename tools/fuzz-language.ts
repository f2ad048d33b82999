// Checks the laws of the language on any number of generated files.
//
//     node tools/fuzz-language.ts 1000000 [SEED]
//
// Half of the files fit together, so that most of them compile; the others are well-formed only.
// Progress goes to standard error. Exits 1 with the smallest file that breaks a law.

import * as fc from "fast-check";
import { hamFile } from "../packages/dsl/test/generate.ts";
import { modelFile, PART } from "../packages/dsl/test/generate-model.ts";
import { checkLaws } from "../packages/dsl/test/laws.ts";
import { countAndSeed, isBroken } from "./fuzzing.ts";

const EVERY = 1000;

const { count, seed } = countAndSeed("node tools/fuzz-language.ts COUNT [SEED]", 20_000);

const tally = new Map<string, number>();
const began = performance.now();
let done = 0;

function progress(): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const shares = [...tally].map(([outcome, times]) => `${outcome} ${times}`);
  console.error(`${done} files in ${seconds} s: ${shares.join(", ")}`);
}

let shrinking = false;

/** Says once that a law is broken, because making the file small takes a while. */
function lawful(text: string): string {
  try {
    return checkLaws(text, { "part.ham": PART });
  } catch (error) {
    if (!shrinking) console.error(`a law is broken after ${done} files; making the file smaller`);
    shrinking = true;
    throw error;
  }
}

const result = fc.check(
  fc.property(fc.oneof(modelFile, hamFile), (text) => {
    const outcome = lawful(text);
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    done += 1;
    if (!shrinking && done % EVERY === 0) progress();
  }),
  { numRuns: count, seed },
);

if (!isBroken(result)) {
  progress();
  console.log(`${done} files, no law broken`);
}
