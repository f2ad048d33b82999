// The main road: every row of the table, as people ask Hamlet for it, beside those who do the same, with
// the limits of the machine from the same run. All of a row take turns.
//
//     pnpm bench [--quick] [--rounds N] [--publish] [WORD…]
//
// WORDs choose rows by parts of their names; `--quick` runs small jobs of the same kinds once, to see
// that they run; `--publish` puts the table on the page of the site, from a quiet machine only.
// HAMLET_PYTHON names the Python that may have NumPy, JAX and torch, default python3.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { amount } from "../../apps/cli/src/explain-engine.ts";
import { timeInRounds, timingOf } from "../../apps/cli/src/timing.ts";
import { seconds, shown } from "../compare.ts";
import { hasLibrary } from "../python.ts";
import { JOBS } from "./jobs.ts";
import { limitsOfAll } from "./limits.ts";
import { Peer } from "./peer.ts";
import { RECALLS } from "./recalls.ts";
import { barsOf, markdown, type Result, svg } from "./render.ts";
import type { Job } from "./row.ts";

const NAMES = { numpy: "NumPy", jax: "JAX", torch: "torch" } as const;
const PAGE = join(import.meta.dirname, "../../apps/docs/src/content/docs/reference/benchmarks.md");
const PICTURE = join(import.meta.dirname, "../../apps/docs/src/assets/benchmarks.svg");
const NUMBERS = PICTURE.replace(/svg$/, "json");
/** Seconds of jobs before the first round. */
const WARM = 0.5;
/** Seconds after which somebody takes part in no further round of a row. */
const PATIENCE = 60;
/** Seconds that a turn takes at least, with as many jobs as that needs; a turn counts as their median. */
const ROUND = 0.1;
/** Seconds of rest before a turn: the threads of whoever was before go on looking for work that long. */
const REST = 0.25;

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
const load = loadavg()[0];
if (flags.publish && (flags.quick || words.length > 0 || load > 0.2)) {
  console.error(
    `Only a whole run on a quiet machine is published: no words, no --quick, and a load below 0.2; it is ${load.toFixed(2)} now.`,
  );
  process.exit(2);
}

const here = Object.fromEntries(
  Object.keys(NAMES).map((library) => [library, hasLibrary(library)]),
);
for (const [library, name] of Object.entries(NAMES)) {
  if (!here[library]) console.log(`${name}: not here`);
}

async function measured(name: string, job: Job): Promise<Result> {
  const peers = (job.others ?? [])
    .filter(({ library }) => here[library])
    .map((other) => new Peer(other));
  // Code is optimised while it runs.
  for (let spent = 0; spent < WARM;) spent += await seconds(job.run);
  const ours = async () => {
    const times: number[] = [];
    for (let spent = 0; spent < ROUND && times.length < 1000; spent += times.at(-1)!) {
      times.push(await seconds(job.run));
    }
    return timingOf(times).median;
  };
  const rested = (run: () => Promise<number>) => async () => {
    await setTimeout(1000 * REST);
    return await run();
  };
  const theirs = peers.map((peer) => ({
    name: NAMES[peer.library],
    run: rested(() => peer.seconds()),
  }));
  const all = await timeInRounds([{ name: "Hamlet", run: rested(ours) }, ...theirs], {
    rounds,
    patience: PATIENCE,
  });
  for (const peer of peers) peer.end();
  const medians = Object.fromEntries([...all].map(([who, { median }]) => [who, median]));
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
  `${cpus()[0]?.model ?? "a processor"}, ${availableParallelism()} threads` +
  (limits === null
    ? ""
    : `; all together: ${amount(limits.bytesPerSecond, "B")}/s from memory, ${amount(limits.flopsPerSecond, "flop")}/s`);
const quick = flags.quick ? "Small jobs, run once: these numbers say nothing.\n\n" : "";
console.log(`\n${quick}${machine}; load ${load.toFixed(2)}\n\n${markdown(results)}`);
if (flags.publish) {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const table = `${date}, commit ${commit}, ${machine}.\n\n${markdown(results)}\n\n![Hamlet's time over that of the best other, row by row](../../../assets/benchmarks.svg)`;
  const marks = /(<!-- table -->\n)[^]*?(\n<!-- end of table -->)/;
  const page = readFileSync(PAGE, "utf8");
  writeFileSync(
    PAGE,
    page.replace(marks, (_, begin: string, end: string) => `${begin}\n${table}\n${end}`),
  );
  writeFileSync(NUMBERS, `${JSON.stringify(barsOf(results))}\n`);
  writeFileSync(PICTURE, svg(barsOf(results)));
}
