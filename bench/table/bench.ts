// The main road: every row of the table, as people ask Hamlet for it, beside those who do the same, with
// the limits of the machine from the same run. All of a row take turns.
//
//     pnpm bench [--quick] [--rounds N] [--publish] [WORD…]
//
// WORDs choose rows by parts of their names; `--quick` runs small jobs of the same kinds once, to see
// that they run; `--publish` puts the table on the page of the site, from a quiet machine only.
// HAMLET_PYTHON names the Python that may have NumPy, JAX and torch, default python3.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { amount } from "../../apps/cli/src/explain-engine.ts";
import { shown } from "../compare.ts";
import { JOBS } from "./jobs.ts";
import { limitsOfAll } from "./limits.ts";
import { ASSETS, assertPublishable, load, processor, publish } from "./publish.ts";
import { RECALLS } from "./recalls.ts";
import { barsOf, markdown, type Result, svg } from "./render.ts";
import { mediansOf, MISSING, NAMES } from "./rounds.ts";
import type { Job } from "./row.ts";

const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    publish: { type: "boolean", default: false },
    rounds: { type: "string", default: "7" },
  },
});
const rounds = flags.quick ? 1 : Number(flags.rounds);
const rows = [...RECALLS, ...JOBS].filter(
  ({ name, isLong = false }) =>
    !(flags.quick && isLong) && (words.length === 0 || words.some((word) => name.includes(word))),
);
if (rows.length === 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    rows.length === 0
      ? `No row, and no folder of bench, is named by: ${words.join(" ")}.`
      : `--rounds is a whole number from 1 up, found ${flags.rounds}.`,
  );
  process.exit(2);
}
if (flags.publish) assertPublishable(!flags.quick && words.length === 0);
for (const library of MISSING) console.log(`${NAMES[library]}: not here`);

async function measured(name: string, job: Job): Promise<Result> {
  const medians = await mediansOf(job, rounds);
  const limits = await limitsOfAll();
  if (job.cost === undefined || limits === null) return { name, medians };
  const { bytes, flops } = job.cost;
  const limit = Math.max(bytes / limits.bytesPerSecond, flops / limits.flopsPerSecond);
  return { name, medians, limit };
}

tf.env().set("PROD", true);
await tf.setBackend("wasm");
const limits = await limitsOfAll();
const results: Result[] = [];
for (const { name, make } of rows) {
  const job = await make(flags.quick);
  try {
    results.push(await measured(name, job));
  } finally {
    job.end?.();
  }
  const { medians } = results.at(-1)!;
  const told = Object.entries(medians).map(([who, time]) => `${who} ${shown(time)}`);
  console.error(`${name}: ${told.join(", ")}`);
}
const machine =
  processor +
  (limits === null
    ? ""
    : `; all together: ${amount(limits.bytesPerSecond, "B")}/s from memory, ${amount(limits.flopsPerSecond, "flop")}/s`);
const quick = flags.quick ? "Small jobs, run once: these numbers say nothing.\n\n" : "";
console.log(`\n${quick}${machine}; load ${load.toFixed(2)}\n\n${markdown(results)}`);
if (flags.publish) {
  const picture =
    "![Hamlet's time over that of the best other, row by row](../../../assets/benchmarks.svg)";
  publish("table", machine, `${markdown(results)}\n\n${picture}`);
  writeFileSync(join(ASSETS, "benchmarks.json"), `${JSON.stringify(barsOf(results))}\n`);
  writeFileSync(join(ASSETS, "benchmarks.svg"), svg(barsOf(results)));
}
