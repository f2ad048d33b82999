// A model in JAX, as `ham export --to jax` writes it, in a Python of its own that recalls when asked.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type ArrayData, writeNpz } from "@hamlet/core";
import { exportJax, givensOf, HamError, sizeOfDim } from "@hamlet/graph";
import { openModel } from "./files/open-model.ts";
import type { DataFlags } from "./options.ts";

/** A recall in JAX. */
export interface JaxRecall {
  readonly name: string;
  run(times: number): Promise<number>;
  readonly examples: () => number;
  readonly steps: () => number;
  readonly ends: () => Float32Array;
  end(): void;
}

/** What is recalled. */
interface JaxOptions extends DataFlags {
  readonly params?: string;
  readonly seed: number;
  readonly recall: string;
  readonly batch?: number;
}

/**
 * Compiles the recall of the file in a folder as a whole, consts as constants, examples side by side.
 * For a number it makes so many recalls, and answers with the seconds of one and where it ended.
 */
const SERVER = `
import json, sys, time
folder, givens, held = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
sys.path.insert(0, folder)
import jax, jax.numpy as jnp, numpy as np, model as exported
with np.load(folder + "/in.npz") as file:
    found = {name: jnp.asarray(file[name]) for name in file.files}
states = {name[6:]: array for name, array in found.items() if name.startswith("state/")}
arrays = {name: array for name, array in found.items() if not name.startswith("state/")}
one = {name: array[0] if name in givens else array for name, array in arrays.items()}
loaded = exported.load(one, {name: array[0] for name, array in states.items()})
def known(moved, own):
    return {**loaded, "arrays": {**loaded["arrays"], **moved, **own}}
def recall(moved, own, states):
    return exported.recall(states, known(moved, own))
def hats(moved, own, states):
    return exported.activations(states, known(moved, own))
many = lambda f: jax.jit(jax.vmap(f, in_axes=(None, 0, 0)))
recall, hats = many(recall), many(hats)
inputs = ({name: arrays[name] for name in held}, {name: arrays[name] for name in givens})
for line in sys.stdin:
    began = time.perf_counter()
    for _ in range(int(line)):
        ends = jax.block_until_ready(recall(*inputs, states))
    took = (time.perf_counter() - began) / int(line)
    layers = hats(*inputs, ends).values()
    print(json.dumps({"seconds": took, "ends": [float(x) for one in layers for x in np.ravel(one)]}), flush=True)
`;

/** A recall in JAX; a sentence where there is none, or none of this model. */
export async function startJax(path: string, flags: JaxOptions): Promise<JaxRecall | string> {
  const python = process.env["HAMLET_PYTHON"] ?? "python3";
  if (spawnSync(python, ["-c", "import jax"], { stdio: "ignore" }).status !== 0) {
    return `not here (${python} -c "import jax" fails)`;
  }
  using model = await openModel(path, { ...flags, backend: "cpu" });
  const { graph } = model;
  const recall = model.recallNamed(flags.recall);
  const scheduled = new Set(recall.schedules.map(({ tensor }) => tensor));
  const entries = graph.tensors
    .filter((tensor) => !scheduled.has(tensor) && tensor.kind !== "const")
    .map((tensor) => [tensor, model.entries(tensor.name)] as const);
  const consts = graph.tensors.filter(({ kind }) => kind === "const");
  let text: string;
  try {
    const values = new Map(consts.map((tensor) => [tensor, model.entries(tensor.name)]));
    text = exportJax(graph, { recall: recall.name, values });
  } catch (error) {
    if (HamError.isInstance(error)) return error.message;
    throw error;
  }
  const arrays = new Map<string, ArrayData>();
  const add = (name: string, shape: readonly number[], data: ArrayLike<number>) =>
    arrays.set(name, { shape: [...shape], dtype: "float32", data: Float32Array.from(data) });
  let { batch = 1 } = flags;
  const read = givensOf(graph, recall);
  for (const [tensor, { shape, data }] of entries) {
    const { name, kind, axes } = tensor;
    if (kind === "given" && !read.has(tensor)) {
      // Its text asks for all arrays, and they may have as many examples as they like.
      const own = axes.map((dim) => sizeOfDim(dim, model));
      add(name, own, data.subarray(0, count(own)));
      continue;
    }
    const isOne = kind === "given" && shape.length === axes.length;
    add(name, isOne ? [1, ...shape] : shape, data);
    if (kind === "given") batch = isOne ? 1 : shape[0];
  }
  for (const { name, axes } of graph.neurons) {
    const shape = [batch, ...axes.map((dim) => sizeOfDim(dim, model))];
    add(`state/${name}`, shape, new Float32Array(count(shape)));
  }
  const folder = mkdtempSync(join(tmpdir(), "ham-jax-"));
  writeFileSync(join(folder, "model.py"), text);
  writeFileSync(join(folder, "in.npz"), writeNpz(arrays));
  const names = (isGiven: boolean) =>
    JSON.stringify(
      entries.flatMap(([tensor]) => (read.has(tensor) === isGiven ? [tensor.name] : [])),
    );
  using compiled = model.compileRecall(recall.name);
  const args = ["-c", SERVER, folder, names(true), names(false)];
  return await serve({ python, args, folder, examples: batch, steps: compiled.steps });
}

/** Starts Python, and waits for its first recall. */
async function serve({
  python,
  args,
  folder,
  examples,
  steps,
}: {
  readonly python: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly examples: number;
  readonly steps: number;
}): Promise<JaxRecall | string> {
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "pipe"] });
  const [said, lines] = [[] as string[], createInterface(child.stdout)[Symbol.asyncIterator]()];
  child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
  child.stdin.on("error", () => undefined);
  const closed = new Promise((resolve) => child.once("close", resolve));
  const end = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  let ends = new Float32Array();
  const ask = async (times: number): Promise<number> => {
    child.stdin.write(`${times}\n`);
    const { done, value } = await lines.next();
    if (done === true) {
      // What it said may come after its last line.
      await closed;
      throw new Error(reasonIn(said.join("")));
    }
    const answer = JSON.parse(value) as { seconds: number; ends: number[] };
    ends = Float32Array.from(answer.ends);
    return answer.seconds;
  };
  try {
    // The first recall, which compiles, is told once.
    let first: number | null = await ask(1);
    return {
      name: "JAX",
      async run(times) {
        if (first === null) return await ask(times);
        const took = first;
        first = null;
        return took;
      },
      examples: () => examples,
      steps: () => steps,
      ends: () => ends,
      end,
    };
  } catch (error) {
    end();
    return `its recall failed (${error instanceof Error ? error.message : String(error)})`;
  }
}

const count = (shape: readonly number[]): number => shape.reduce((all, n) => all * n, 1);

/** What a Python that ended said last: its error, without the notes of JAX below it. */
function reasonIn(said: string): string {
  const lines = said.trim().split("\n");
  return lines.findLast((line) => /^[\w.]*(?:Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? "";
}
