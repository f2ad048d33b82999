// What a command costs before it does anything: processor time and memory of whole processes, beside
// those of a bare `node -e 0` in the same round.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Competitor, medians, shown } from "../compare.ts";

const ROUNDS = 9;
const ROOT = join(import.meta.dirname, "../..");
const HAM = join(ROOT, "apps/cli/src/main.ts");
const MODEL = join(ROOT, "examples/03a-dense-lse-dot.ham");

/** Prints what a process used, all its threads together, when it ends. */
const REPORT = `process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write("\\n" + JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }));
});`;

/** A command line, and how many times as much as a bare Node it may take. */
interface Start {
  readonly args: readonly string[];
  readonly cpu?: number;
  readonly memory?: number;
}

const BARE = "node -e 0";
const STARTS: Readonly<Record<string, Start>> = {
  [BARE]: { args: ["-e", "0"] },
  "ham --version": { args: [HAM, "--version"], cpu: 10, memory: 1.75 },
  "ham check, a small file": { args: [HAM, "check", MODEL], cpu: 20 },
  "ham run, 200 steps": { args: [HAM, "run", MODEL], cpu: 33 },
};

/** Seconds on the processors, and megabytes. */
function used({ args }: Start): { readonly cpu: number; readonly memory: number } {
  const report = ["--import", `data:text/javascript,${encodeURIComponent(REPORT)}`];
  const { status, stderr } = spawnSync(process.execPath, [...report, ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return JSON.parse(stderr.trim().split("\n").at(-1)!) as ReturnType<typeof used>;
}

const megabytes: Record<string, number> = {};
const competitors = Object.entries(STARTS).map(([name, start]): [string, Competitor] => [
  name,
  () => {
    const { cpu, memory } = used(start);
    megabytes[name] = Math.min(megabytes[name] ?? Infinity, memory);
    return cpu;
  },
]);
await medians(Object.fromEntries(competitors), 1); // What is compiled is kept before it counts.
const times = await medians(Object.fromEntries(competitors), ROUNDS);

const of = (ratio: number, limit?: number) =>
  limit === undefined ? ratio.toFixed(1) : `${ratio.toFixed(1)} of ${limit}`;
console.log("\nStarts, in times of a bare Node, of what they may be\n");
console.log("| | processor | × | memory | × |\n|---|---:|---:|---:|---:|");
for (const [name, { cpu, memory }] of Object.entries(STARTS)) {
  const [seconds, size] = [times[name], megabytes[name]];
  console.log(
    `| ${name} | ${shown(seconds)} | ${of(seconds / times[BARE], cpu)} | ${size.toFixed(0)} MB | ${of(size / megabytes[BARE], memory)} |`,
  );
}
