import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz } from "@hamlet/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
});
afterAll(() => bench[Symbol.dispose]());

interface Report {
  model: string;
  recall: string;
  backend: string;
  seed: number;
  examples: number;
  steps: number;
  result: string[];
  energies: number[][];
  timings: { loadMs: number; recallMs: number };
}

test("--json prints one object and nothing else", async () => {
  const { code, stdout, stderr } = await bench.inProcess(["run", "m.ham", "--json", "--seed", "3"]);
  const report = JSON.parse(stdout) as Report;
  expect(code).toBe(0);
  expect(stderr).toBe("");
  expect(report).toMatchObject({
    model: "m.ham",
    recall: "settle",
    backend: "wasm",
    seed: 3,
    examples: 1,
    result: ["converged"],
  });
  expect(report.energies).toHaveLength(report.steps + 1);
  expect(report.energies[0][0]).toBeGreaterThan(report.energies.at(-1)![0]);
  expect(Object.values(report.timings).every((ms) => ms > 0)).toBe(true);
});

test("--out writes activations, states and energies, and the two backends agree", async () => {
  const read = async (backend: string) => {
    const { code } = await bench.inProcess([
      "run",
      "m.ham",
      "--backend",
      backend,
      "--out",
      `${backend}.npz`,
    ]);
    expect(code).toBe(0);
    return readNpz(readFileSync(join(bench.folder, `${backend}.npz`)));
  };
  const [wasm, cpu] = [await read("wasm"), await read("cpu")];
  expect([...wasm.keys()]).toEqual(["v", "v.state", "energies", "energySteps"]);
  const [x, y] = wasm.get("v")!.data as Float32Array;
  // The pattern (1, 2), mixed with a trace e⁻⁴⁰ of the other.
  expect(x).toBeCloseTo(1, 5);
  expect(y).toBeCloseTo(2, 5);
  for (const [name, array] of wasm) {
    expect(cpu.get(name)!.shape).toEqual(array.shape);
    (array.data as Float32Array).forEach((value, i) => {
      expect(cpu.get(name)!.data[i]).toBeCloseTo(value, 5);
    });
  }
});

test("--given, --data and --set override what the file says", async () => {
  bench.writeArray("other.npy", { shape: [2, 2], data: Float32Array.of(-0.5, -1, 0.7, 1) });
  const run = async (...args: string[]) =>
    JSON.parse((await bench.inProcess(["run", "m.ham", "--json", ...args])).stdout) as Report;
  expect((await run("--given", "query=other.npy")).examples).toBe(2);
  expect((await run("--data", "xi=other.npy")).energies[0]).not.toEqual((await run()).energies[0]);
  expect((await run("--set", "beta=1")).energies[0]).not.toEqual((await run()).energies[0]);
  expect((await run("--set", "recall.settle.steps=3")).steps).toBe(3);
});

test("an example that does not converge is reported with advice", async () => {
  const { code, stdout } = await bench.inProcess([
    "run",
    "m.ham",
    "--set",
    "recall.settle.steps=2",
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain("max-steps");
  expect(stdout).toContain("Still moving when the steps ran out");
  const hot = await bench.inProcess([
    "run",
    "m.ham",
    "--set",
    "recall.settle.dt=2.2",
    "--set",
    "recall.settle.steps=5",
  ]);
  expect(hot.stdout).toContain("energy-increased");
  expect(hot.stdout).toContain("try a smaller `dt`");
});

test("a recall that meets a number that is not finite fails, and names the formula", async () => {
  writeModel(bench, MODEL.replace("energy lse", "energy root = sqrt(v[0] - 1)\nenergy lse"));
  const { code, stdout } = await bench.inProcess(["run", "m.ham"]);
  writeModel(bench);
  expect(code).toBe(1);
  expect(stdout).toContain("non-finite");
  expect(stdout).toContain("`sqrt(v[0] - 1)` has no finite value");
  expect(stdout).toContain("(m.ham:11:15)");
});

test("check and explain print what is asked for", async () => {
  expect(await bench.inProcess(["check", "m.ham"])).toEqual({
    code: 0,
    stdout: "m.ham: no errors, no warnings",
    stderr: "",
  });
  const { code, stdout } = await bench.inProcess(["explain", "m.ham"]);
  expect(code).toBe(0);
  expect(stdout).toContain("d/dt x_v[d] = -sum[m] p[m] * (v[d] - xi[m, d])");
  expect(stdout).toContain("bounded          proven");
  expect((await bench.inProcess(["explain", "m.ham", "--latex"])).stdout).toContain(
    "\\begin{aligned}",
  );
  const json = await bench.inProcess(["check", "m.ham", "--json"]);
  expect(JSON.parse(json.stdout)).toEqual([]);
});

test("--help leads with examples, --version prints the version", async () => {
  const { code, stdout } = await bench.inProcess(["--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Examples:\n {2}ham demo/);
  expect(stdout).toContain(
    "Exit codes: 0 ok, 1 the run or a test failed, 2 usage, 3 the file has errors,\n130 stopped by Ctrl-C, 143 by SIGTERM",
  );
  expect((await bench.inProcess([])).stdout).toBe(stdout);
  // As everybody starts it: a process of its own, with its exit code.
  expect(bench.ham(["rnu"]).code).toBe(2);
  expect(bench.ham(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+$/);
});

test("--out writes the trajectories that the recall records", async () => {
  writeModel(bench, MODEL.replace("steps = 200", "steps = 200\n  record v every 50"));
  const { code } = await bench.inProcess(["run", "m.ham", "--out", "path.npz"]);
  writeModel(bench);
  expect(code).toBe(0);
  const arrays = readNpz(readFileSync(join(bench.folder, "path.npz")));
  const steps = arrays.get("v.trajectorySteps")!;
  const path = arrays.get("v.trajectory")!;
  expect(steps.data[0]).toBe(0);
  expect(path.shape).toEqual([steps.shape[0], 1, 2]);
  const end = (path.data as Float32Array).slice(-2);
  expect(end).toEqual(arrays.get("v")!.data);
});

test("--out writes the energies that --json prints, one row a step", async () => {
  writeModel(bench);
  bench.writeArray("two.npy", { shape: [2, 2], data: Float32Array.of(0.6, 1.1, -0.2, -0.9) });
  const { code, stdout } = await bench.inProcess(
    "run m.ham --given query=two.npy --json --out e.npz".split(" "),
  );
  expect(code).toBe(0);
  const { energies, energySteps } = JSON.parse(stdout) as {
    energies: number[][];
    energySteps: number[];
  };
  const arrays = readNpz(readFileSync(join(bench.folder, "e.npz")));
  expect(energies.length).toBeGreaterThan(2);
  expect(arrays.get("energies")).toMatchObject({ shape: [energies.length, 2], dtype: "float64" });
  // JSON has no −0.
  const kept = Array.from(arrays.get("energies")!.data as Float64Array, (energy) => energy + 0);
  expect(kept).toEqual(energies.flat());
  expect([...arrays.get("energySteps")!.data]).toEqual(energySteps);
});

test("--turbo changes no number", async () => {
  const energies = ({ stdout }: { readonly stdout: string }) =>
    (JSON.parse(stdout) as Report).energies;
  const plain = await bench.inProcess(["run", "m.ham", "--json"]);
  // A process of its own: it is a matter of the whole one.
  const wide = bench.ham(["run", "m.ham", "--json", "--turbo"]);
  expect(wide.code).toBe(0);
  expect(energies(wide)).toEqual(energies(plain));
});
