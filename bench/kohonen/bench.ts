// Linear memories: weights against the pseudo-inverse of ml-matrix, and the whole sweep.
//
// The first two compare in the same rounds; `median` is seconds of this process on a processor, so
// that other work on the machine does not count. The sweep is `ham reproduce kohonen` in a process
// of its own: time on the clock, time on the processors, and the largest memory.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Matrix, pseudoInverse } from "ml-matrix";
import { key } from "../../packages/core/src/index.ts";
import { gaussianRows, learnLinear } from "../../packages/kohonen/src/index.ts";
import { medians, printTable, seconds, shown } from "../compare.ts";

const ROUNDS = 5;
/** Keys n and dimensions d, well conditioned: n is not near d. */
const SIZES = [
  [16, 64],
  [64, 16],
  [64, 256],
  [256, 64],
  [128, 512],
  [1024, 128],
  [256, 512],
  [1024, 256],
];

/** Seconds that a call keeps the processor busy. */
async function work(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  return process.cpuUsage(before).user / 1e6;
}

for (const [n, d] of SIZES) {
  const keys = await gaussianRows(key(0), n, d);
  const values = await gaussianRows(key(1), n, d);
  const [k, v] = [keys, values].map(({ shape, data }) =>
    Matrix.from1DArray(shape[0], shape[1], [...data]),
  );
  // Small solves are timed several at a time: the clock of a process ticks in microseconds.
  const repeats = Math.max(1, Math.round(8e6 / (n * d * Math.min(n, d))));
  const times = (run: () => unknown) => async () => {
    const all = await work(async () => {
      for (let i = 0; i < repeats; i++) await run();
    });
    return all / repeats;
  };
  const { condition } = (await learnLinear({ keys, values })).solution;
  const competitors = {
    learnLinear: times(() => learnLinear({ keys, values })),
    "ml-matrix, V K⁺ by singular values": times(() => pseudoInverse(k).mmul(v)),
  };
  await medians(competitors, 2); // Compiled before they count.
  printTable(
    `${n} keys of ${d} numbers, condition number ${condition.toFixed(1)}`,
    await medians(competitors, ROUNDS),
  );
}

/** Prints what a process used, all its threads together, when it ends. */
const REPORT = `process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  console.error(JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 2 ** 20 }));
});`;

const folder = mkdtempSync(join(tmpdir(), "ham-bench-"));
const args = [
  "--import",
  `data:text/javascript,${encodeURIComponent(REPORT)}`,
  join(import.meta.dirname, "../../apps/cli/src/main.ts"),
  "reproduce",
  "kohonen",
  "--out",
  folder,
];
let [table, used] = ["", ""];
const clock = await seconds(async () => {
  const sweep = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  [table, used] = await Promise.all([textOf(sweep.stdout), textOf(sweep.stderr)]);
});
rmSync(folder, { recursive: true });
const { cpu, memory } = JSON.parse(used.trim().split("\n").at(-1)!) as Record<string, number>;
console.log(
  `\nThe whole sweep: ${shown(clock)} on the clock, ${shown(cpu)} on the processors ` +
    `(${(cpu / clock).toFixed(2)} at a time), ${memory.toFixed(2)} GB.\n` +
    `${table.split("\n").find((line) => line.includes("standard errors"))}`,
);

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const part of stream) text += String(part);
  return text;
}
