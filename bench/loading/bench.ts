// Loading large patterns, and recalling again with a loaded model.
//
// Each load is a process of its own: time on the clock from the file to a model that is ready, and the
// memory that is resident then. NumPy loads the same file where Python has it
// (HAMLET_PYTHON names which, default python3).

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { startBackend } from "../../apps/cli/src/backend.ts";
import type { Model } from "../../packages/model/src/index.ts";
import { medians, printTable, seconds } from "../compare.ts";
import { LENGTH, patternsFolder } from "../patterns.ts";
import { hasLibrary, PYTHON } from "../python.ts";

const ROUNDS = 3;
const [K, D] = [1_000_000, LENGTH];

/** Loads in a process of its own, and prints seconds and bytes. */
const LOAD = `const { openModel } = await import(process.argv[1]);
const began = performance.now();
const model = await openModel(process.argv[2], { backend: "wasm", set: [], data: {}, given: {}, seed: 0 });
console.log(JSON.stringify([(performance.now() - began) / 1000, process.memoryUsage().rss]));`;
const NUMPY = `import json, sys, time, numpy
began = time.perf_counter()
patterns = numpy.load(sys.argv[1])
took = time.perf_counter() - began
pages = int(open("/proc/self/statm").read().split()[1])
print(json.dumps([took, pages * 4096]))`;

function measured(command: string, args: readonly string[]): readonly [number, number] | null {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? (JSON.parse(stdout) as [number, number]) : null;
}

using large = patternsFolder(K);
const open = join(import.meta.dirname, "../../apps/cli/src/files/open-model.ts");
const memory: Record<string, number> = {};
const competitor = (name: string, command: string, args: readonly string[]) => () => {
  const found = measured(command, args);
  if (found === null) throw new Error(`${command} failed`);
  memory[name] = found[1];
  return found[0];
};
const competitors = {
  "a model with them": competitor("a model with them", process.execPath, [
    "--input-type=module",
    "--eval",
    LOAD,
    open,
    large.path,
  ]),
  ...(hasLibrary("numpy") && {
    "numpy.load": competitor("numpy.load", PYTHON, ["-c", NUMPY, large.patterns]),
  }),
};
printTable(`Loading ${K} patterns of ${D} numbers`, await medians(competitors, ROUNDS));
for (const [name, bytes] of Object.entries(memory)) {
  console.log(
    `${name}: ${(bytes / 1e6).toFixed(0)} MB resident, ${(bytes / (4 * K * D)).toFixed(2)} times the patterns`,
  );
}

using small = patternsFolder(1000);
await startBackend("wasm");
using model = await small.load();
const recall = async (of: Model) => {
  using result = await of.recall();
  return result.batch;
};
const again = () => seconds(() => recall(model));
const anew = async () => {
  using fresh = await small.load();
  return seconds(() => recall(fresh));
};
await medians({ again, anew }, 2); // Compiled before they count.
printTable(
  `A recall of 20 steps from 1000 patterns of ${D} numbers, on wasm`,
  await medians({ "model.recall() again": again, "the first of a model": anew }, 15),
);
