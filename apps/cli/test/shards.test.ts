// `ham run --shards`: patterns that processes hold, some each, recall as all of them do.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { key, normal, readArrayFile } from "@hamlet/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../src/backend.ts";
import { descend, type SoftmaxForm } from "../src/shards/descend.ts";
import { holdShards } from "../src/shards/holders.ts";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

const [K, D, B] = [60, 6, 100];
const patterns = normal(key(1), [K, D]);
const QUERIES = Float32Array.from(normal(key(2), [B, D]), (x, i) => patterns[i % (K * D)] + x / 4);

const modelOf = (energy: string, neuron: string, more = "") => `ham 1
dim D, K
const beta: real > 0 = 3
data xi: [K, D] from "all.npy"
given query: [D] from "query.npy"
neuron v: [D] as ${neuron}
${energy}
recall settle {
  start v = query
  solver = euler(dt = 0.2)
  steps = 40
  stop when change < 1e-3
  ${more}
}
`;
const DOT = modelOf(
  "energy memory = -1/beta * logsumexp[m] beta * sum[i] xi[m, i] * v[i]",
  "identity",
);
const EUCLID = modelOf("connect memory: lse(v, xi = xi, beta = beta)", "identity");
const OFF = modelOf(
  "energy memory = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2",
  "identity { leak = off }",
);

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  const array = (name: string, rows: number, data: Float32Array) =>
    bench.writeArray(name, { shape: [rows, D], data });
  array("all.npy", K, patterns);
  array("a.npy", 25, patterns.slice(0, 25 * D));
  array("b.npy", 35, patterns.slice(25 * D));
  array("query.npy", B, QUERIES);
});
afterAll(() => bench[Symbol.dispose]());

/** What a recall says, and the states that it writes. */
async function run(...args: string[]) {
  const all = ["run", "m.ham", "--json", ...args, "--out", "r.npz"];
  const { code, stdout, stderr } = await bench.inProcess(all);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const bytes = readFileSync(join(bench.folder, "r.npz"));
  const states = readArrayFile("r.npz#v", new Uint8Array(bytes)).data;
  return { report: parseReport("run", stdout) as { energies: number[][]; steps: number }, states };
}

describe.each([
  ["⟨ξ, v⟩", DOT],
  ["lse, a connection", EUCLID],
  ["−½ |v − ξ|²", OFF],
])("%s", (_, text) => {
  test("a hundred queries end where those of all patterns end", async () => {
    bench.write("m.ham", text);
    const shards = ["--shards", "xi=a.npy", "--shards", "xi=b.npy", "--workers", "2"];
    const sharded = await run(...shards);
    const whole = await run("--engine", "float64");
    expect(sharded.report.steps).toBe(whole.report.steps);
    expect(sharded.states.length).toBe(B * D);
    whole.states.forEach((x, i) =>
      expect(Math.abs(Number(x) - Number(sharded.states[i]))).toBeLessThan(1e-6),
    );
    whole.report.energies.forEach((energy, step) =>
      energy.forEach((x, b) =>
        expect(Math.abs(x - sharded.report.energies[step][b])).toBeLessThan(1e-6),
      ),
    );
  });
});

test("a process that is killed is replaced, tiles come from the disk, and nothing changes", async () => {
  await startBackend("cpu");
  const paths = ["a.npy", "b.npy"].map((name) => join(bench.folder, name));
  const form = { similarity: "dot", beta: 3, dt: 0.2, steps: 12, stop: () => false };
  const starts = { queries: Float64Array.from(QUERIES), width: D };
  const recall = async (largest: number, kill: boolean) => {
    const holders = await holdShards(paths, { workers: 2, largest });
    expect([holders.count, holders.width]).toEqual([K, D]);
    let asked = 0;
    const killed: number[] = [];
    try {
      const found = await descend(form as unknown as SoftmaxForm, starts, {
        async ask(question) {
          const answer = holders.ask(question);
          if (kill && ++asked % 6 === 0) {
            const [pid] = holders.pids();
            process.kill(pid, "SIGKILL");
            killed.push(pid);
          }
          return await answer;
        },
      });
      return { ...found, killed };
    } finally {
      holders.close();
    }
  };
  const whole = await recall(2 ** 20, false);
  const killed = await recall(0, true);
  expect(new Set(killed.killed).size).toBe(2);
  expect(killed.states).toEqual(whole.states);
  expect(killed.energies).toEqual(whole.energies);
});

test("what is no softmax over its patterns is refused, and so are files that do not fit", async () => {
  bench.writeArray("wide.npy", { shape: [2, D + 1], data: new Float32Array(2 * D + 2) });
  const refused = async (text: string, ...shards: string[]) => {
    bench.write("m.ham", text);
    const args = shards.flatMap((shard) => ["--shards", shard]);
    const { code, stdout, stderr } = await bench.inProcess(["run", "m.ham", ...args]);
    expect(stdout).toBe("");
    return `${code} ${stderr}`;
  };
  expect([
    await refused(
      DOT.replace("logsumexp[m] beta * sum", "logsumexp[m] 2 * beta * sum"),
      "xi=a.npy",
    ),
    await refused(DOT.replace("euler", "heun"), "xi=a.npy"),
    await refused(DOT.replace("as identity", "as tanh"), "xi=a.npy"),
    await refused(DOT, "xi=a.npy", "xi=wide.npy"),
    await refused(DOT, "xi=wide.npy"),
    await refused(DOT, "psi=a.npy"),
    await refused(DOT, "xi=a.npy", "psi=b.npy"),
    await refused(DOT, "xi=none.npy"),
  ]).toMatchInlineSnapshot(`
    [
      "2 ham: --shards: expected a log-sum-exp of ⟨ξ, v⟩, or of −½ |v − ξ|² with leak = off, and the recall "settle" of this model is another. What needs more of its patterns than a softmax over them is run without --shards.",
      "2 ham: --shards: expected an euler recall of one layer that starts at a given, and the recall "settle" of this model is another. What needs more of its patterns than a softmax over them is run without --shards.",
      "2 ham: --shards: expected a log-sum-exp of ⟨ξ, v⟩, or of −½ |v − ξ|² with leak = off, and the recall "settle" of this model is another. What needs more of its patterns than a softmax over them is run without --shards.",
      "2 ham: a.npy has patterns of 6 numbers, and wide.npy of 7.",
      "2 error[E0308] file_shape: \`--shards\` does not fit the declared shape
     --> m.ham:4:10
    4 | data xi: [K, D] from "all.npy"
      |          ^^^^^^ declared with 2 axes, D = 6
      = note: the file has shape (4, 7), float32: D would be 7
      = help: use another file, or change \`D\` (now 6, from query.npy)",
      "2 ham: This model has no data or given called "psi". It takes: xi (data), query (given).",
      "2 error: option '--shards <NAME=FILE[#KEY]>' argument 'psi=b.npy' is invalid. expected files of one array, found xi and psi
    (ham --help lists the commands)",
      "2 ham: cannot read none.npy: there is no such file in this folder.",
    ]
  `);
});
