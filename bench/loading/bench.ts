// Loading large patterns, and recalling again with a loaded model.
//
// Each load is a process of its own: time on the clock from the file to a model that is ready, and the
// memory that is resident then. NumPy loads the same file where python3 has it.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBackend } from "../../apps/cli/src/backend.ts";
import { key, normal, writeNpy } from "../../packages/core/src/index.ts";
import { loadModel, type Model } from "../../packages/model/src/index.ts";
import { diskFiles } from "../../packages/model/src/disk.ts";
import { medians, printTable, seconds } from "../compare.ts";

const ROUNDS = 3;
const [K, D] = [1_000_000, 64];
const folder = mkdtempSync(join(tmpdir(), "ham-bench-"));
const text = `ham 1
dim K, D
data xi: [K, D] from "xi.npy"
given query: [D] from "query.npy"
neuron v: [D] as identity
energy lse = -logsumexp[m] sum[i] xi[m, i] * v[i]
recall settle {
  start v = query
  solver = euler(dt = 0.5)
  steps = 20
}
`;

function writeModel(name: string, patterns: Float32Array): string {
  const path = join(folder, name, "m.ham");
  const array = (shape: number[], data: Float32Array) =>
    writeNpy({ shape, dtype: "float32", data });
  mkdirSync(join(folder, name));
  writeFileSync(path, text);
  writeFileSync(join(folder, name, "xi.npy"), array([patterns.length / D, D], patterns));
  writeFileSync(join(folder, name, "query.npy"), array([1, D], patterns.slice(0, D)));
  return path;
}

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

const random = normal(key(0), 4096 * D);
const patterns = new Float32Array(K * D);
for (let at = 0; at < patterns.length; at += random.length) {
  patterns.set(random.subarray(0, patterns.length - at), at);
}
const large = writeModel("large", patterns);
const open = join(import.meta.dirname, "../../apps/cli/src/files/open-model.ts");
const memory: Record<string, number> = {};
const competitor = (name: string, command: string, args: readonly string[]) => () => {
  const found = measured(command, args);
  if (found === null) throw new Error(`${command} failed`);
  memory[name] = found[1];
  return found[0];
};
const file = join(folder, "large", "xi.npy");
const competitors = {
  "a model with them": competitor("a model with them", process.execPath, [
    "--input-type=module",
    "--eval",
    LOAD,
    open,
    large,
  ]),
  ...(measured("python3", ["-c", "import numpy; print([0, 0])"]) === null
    ? {}
    : { "numpy.load": competitor("numpy.load", "python3", ["-c", NUMPY, file]) }),
};
printTable(`Loading ${K} patterns of ${D} numbers`, await medians(competitors, ROUNDS));
for (const [name, bytes] of Object.entries(memory)) {
  console.log(
    `${name}: ${(bytes / 1e6).toFixed(0)} MB resident, ${(bytes / (4 * K * D)).toFixed(2)} times the patterns`,
  );
}

const small = writeModel("small", random.slice(0, 1000 * D));
const load = () => loadModel({ name: small, text }, { files: diskFiles(small) });
await startBackend("wasm");
using model = await load();
const recall = async (of: Model) => {
  using result = await of.recall();
  return result.batch;
};
const again = () => seconds(() => recall(model));
const anew = async () => {
  using fresh = await load();
  return seconds(() => recall(fresh));
};
await medians({ again, anew }, 2); // Compiled before they count.
printTable(
  `A recall of 20 steps from 1000 patterns of ${D} numbers, on wasm`,
  await medians({ "model.recall() again": again, "the first of a model": anew }, 15),
);
rmSync(folder, { recursive: true });
