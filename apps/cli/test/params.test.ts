// Params that come from NumPy or are drawn, and flips that go to NumPy.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readArrayFile, readSafetensors, writeNpz } from "@hamlet/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";

const MODEL = `ham 1

dim D = 3
param W: [D, D] ~ normal(0, 1)
neuron v: [D] as tanh
energy pull = -sum[i, j] W[i, j] * v[i] * v[j]^2

recall settle {
  start v ~ normal(0, 1)
  solver = euler(dt = 0.1)
  steps = 2
}
`;

const FLIPS = `ham 1

dim D
given query: sign[D]
neuron v: [D] as sign
energy pair = -1/2 * sum[i, j] v[i] * v[j]

recall settle {
  start v = query
  solver = async(order = cyclic)
  steps = 8
  record flips
}
`;

const W = Float32Array.from({ length: 9 }, (_, i) => Math.fround(i / 10));
let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  bench.write("m.ham", MODEL);
  bench.write("two.ham", MODEL.replace("neuron v", "param b: [D] = 0\nneuron v"));
  bench.write("none.ham", MODEL.replace("param W", "const W"));
  bench.write("flips.ham", FLIPS);
  bench.writeArray("w.npy", { shape: [3, 3], data: W });
  const array = { shape: [3, 3], dtype: "float32", data: W };
  bench.write("w.npz", writeNpz(new Map([["W", array]])));
  bench.write("other.npz", writeNpz(new Map([["w", array]])));
  bench.write("w.txt", "0 1 2");
});
afterAll(() => bench[Symbol.dispose]());

const exported = async (file: string, ...args: string[]) => {
  const line = ["export", file, "--to", "safetensors", "--out", "p.safetensors", ...args];
  const { code, stdout, stderr } = await bench.inProcess(line);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("p.safetensors   the params");
  return readSafetensors(new Uint8Array(readFileSync(join(bench.folder, "p.safetensors")))).arrays;
};

test("drawn params are written, and come back to the same bits", async () => {
  const drawn = await exported("m.ham", "--seed", "5");
  expect(drawn.get("W")!.shape).toEqual([3, 3]);
  const other = await exported("m.ham", "--seed", "6");
  expect(other.get("W")!.data).not.toEqual(drawn.get("W")!.data);
  const run = async (...args: string[]) => {
    const { stdout } = await bench.inProcess(["energy", "m.ham", "--json", ...args]);
    return (JSON.parse(stdout) as { total: number[] }).total;
  };
  // The start is drawn from the seed of the run in both.
  expect(await run("--seed", "6", "--params", "p.safetensors")).toEqual(await run("--seed", "6"));
});

test("a model without params says so", async () => {
  const { code, stderr } = await bench.inProcess(["export", "none.ham", "--to", "safetensors"]);
  expect([code, stderr]).toEqual([2, "ham: none.ham has no params to write."]);
});

test.each(["w.npy", "w.npz"])("params are read from %s", async (path) => {
  const line = ["export", "m.ham", "--to", "safetensors", "--out", "q.safetensors"];
  const run = await bench.inProcess(["run", "m.ham", "--params", path, "--json"]);
  expect(run.code).toBe(0);
  bench.write(
    "fixed.ham",
    MODEL.replace("param W: [D, D] ~ normal(0, 1)", `data W: [D, D] from "w.npy"`),
  );
  const same = await bench.inProcess(["run", "fixed.ham", "--json"]);
  const energies = (text: string) => (JSON.parse(text) as { energies: number[][] }).energies;
  expect(energies(run.stdout)).toEqual(energies(same.stdout));
  expect((await bench.inProcess(line)).code).toBe(0);
});

test("what cannot be meant is refused", async () => {
  const fails = async (file: string, path: string) => {
    const { code, stderr } = await bench.inProcess(["run", file, "--params", path]);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await fails("two.ham", "w.npy")).toBe(
    'ham: w.npy holds one array without a name, and this model has 2 params: W, b. Save them by their names: numpy.savez("params.npz", **{"W": …}, **{"b": …}).',
  );
  expect(await fails("m.ham", "other.npz")).toBe(
    'ham: other.npz holds "w", which is no param of this model. Did you mean W? Its params: W.',
  );
  expect(await fails("m.ham", "w.txt")).toMatch(
    /^ham: w\.txt: expected an \.npy, \.npz or safetensors file, found 5 bytes/,
  );
});

test("recorded flips are in --out, and lead from the start to the end", async () => {
  bench.writeArray("q.npy", {
    shape: [2, 5],
    data: Float32Array.of(1, -1, 1, 1, -1, -1, -1, 1, -1, 1),
  });
  const line = ["run", "flips.ham", "--given", "query=q.npy", "--out", "f.npz"];
  const { code, stderr } = await bench.inProcess(line);
  expect([code, stderr]).toEqual([0, ""]);
  const bytes = new Uint8Array(readFileSync(join(bench.folder, "f.npz")));
  const [start, flips, end] = ["v.start", "v.flips", "v"].map((key) =>
    readArrayFile("f.npz", bytes, key),
  );
  expect(start.shape).toEqual([2, 5]);
  expect(flips.shape).toEqual([4, 3]);
  const state = Array.from(start.data as Float32Array);
  const rows = Array.from(flips.data as Int32Array);
  for (let at = 0; at < rows.length; at += 3) state[rows[at] * 5 + rows[at + 2]] *= -1;
  expect(state).toEqual(Array.from(end.data as Float32Array));
  expect(state).toEqual([1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);
});
