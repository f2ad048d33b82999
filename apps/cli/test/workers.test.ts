// `--workers` of `ham fixed-points` and of the batch of `ham run`: the same bits for any number of threads.

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { key, normal } from "@hamlet/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sharing } from "../src/threads/pool.ts";
import { some } from "../../../tools/samples.ts";
import { type Bench, makeBench } from "./ham.ts";

const MEMORY = `ham 1
dim D = 6, K = 9
const beta: real > 0 = 3
param xi: [K, D] ~ normal(0, 1)
given query: [D]
given other: [D]
neuron v: [D] as identity
connect memory: lse(v, xi = xi, beta = beta)
recall settle { start v = query solver = euler(dt = 0.2) steps = 40 stop when change < 1e-2 record v every 5 }
recall noisy {
  start v ~ normal(0, 1)
  solver = langevin(dt = 0.1, temperature = 0.1)
  steps = 20
  schedule beta = 1 + t
}
recall both { start v[i] = query[i] + other[i] solver = euler(dt = 0.2) steps = 4 }
`;
const BITS = `ham 1
dim D = 10, K = 2
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as sign
energy memory = -sum[m] (sum[i] xi[m, i] * v[i])^2
recall flip { start v ~ normal(0, 1) solver = async steps = 60 record flips }
`;

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  bench.write("memory.ham", MEMORY);
  bench.write("bits.ham", BITS);
  for (const [name, rows] of [
    ["seven", 7],
    ["three", 3],
  ] as const) {
    bench.writeArray(`${name}.npy`, { shape: [rows, 6], data: normal(key(rows), [rows, 6]) });
  }
});
afterAll(() => bench[Symbol.dispose]());

/** What a recall says and writes, but for the time it took. */
async function run(...args: readonly string[]) {
  const all = ["run", ...args, "--json", "--out", "r.npz"];
  const { code, stdout, stderr } = await bench.inProcess(all);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { timings: _, ...report } = JSON.parse(stdout) as Record<string, unknown>;
  return { report, file: readFileSync(join(bench.folder, "r.npz")) };
}

describe("a batch on threads writes the bytes of one thread", () => {
  const batches = [
    ["memory.ham", "--given", "query=seven.npy"],
    ["memory.ham", "--given", "query=seven.npy", "--engine", "float64"],
    ["memory.ham", "--recall", "noisy", "--batch", "5"],
    ["bits.ham", "--batch", "7"],
  ];
  test.each(some(batches))("%s %s %s %s %s", async (...args) => {
    const one = await run(...args);
    for (const workers of ["2", "3"]) {
      expect(await run(...args, "--workers", workers)).toEqual(one);
    }
  });

  test("a movie of flips is that of one thread", async () => {
    const args = ["run", "bits.ham", "--batch", "3", "--movie", "m.png"];
    const movie = async (...more: string[]) => {
      const { code } = await bench.inProcess([...args, ...more]);
      expect(code).toBe(0);
      return readFileSync(join(bench.folder, "m.png"));
    };
    expect(await movie("--workers", "2")).toEqual(await movie());
  });

  test("a model of the standard input is read once", async () => {
    const args = ["run", "-", "--given", "query=seven.npy", "--json"];
    const outcomes = async (...more: string[]) => {
      const { stdout, stderr } = await bench.inProcess([...args, ...more], { input: MEMORY });
      expect(stderr).toBe("");
      return (JSON.parse(stdout) as { outcomes: unknown }).outcomes;
    };
    expect(await outcomes("--workers", "2")).toEqual(await outcomes());
  });
});

describe("what threads cannot do is told as it is without them", () => {
  const given = ["run", "memory.ham", "--given", "query=seven.npy"];
  test.each([
    [
      [...given, "--certificate", "c.json"],
      "ham: --certificate is of a recall in one thread: leave it out, or --workers.",
    ],
    [
      [...given, "--engine", "webgpu"],
      "ham: --workers are threads of the processor, and this recall is to run on webgpu. Use --backend wasm or cpu, or leave --workers out.",
    ],
  ])("%s", async (args, message) => {
    const { code, stderr } = await bench.inProcess([...args, "--workers", "2"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: message });
  });

  test.each([
    ["a given that is missing", ["run", "memory.ham"]],
    ["givens that do not agree", [...given, "--given", "other=three.npy", "--recall", "both"]],
  ])("%s", async (_, args) => {
    const alone = await bench.inProcess(args);
    expect(alone.code).not.toBe(0);
    expect(await bench.inProcess([...args, "--workers", "2"])).toEqual(alone);
  });
});

test("those who work at the same time share the threads of the machine", () => {
  const { HAMLET_THREADS: before } = process.env;
  const shares = (told: string | undefined) => {
    if (told === undefined) delete process.env.HAMLET_THREADS;
    else process.env.HAMLET_THREADS = told;
    return [1, 2, 3, 1000].map((workers) => sharing(workers, 12).HAMLET_THREADS);
  };
  try {
    // One alone has as many as a program uses by itself.
    const right = ["8", "6", "4", "1"];
    expect(shares(undefined)).toEqual(right);
    expect(shares("")).toEqual(right);
    // Whoever says how many is heard.
    expect(shares("3")).toEqual(["3", "3", "3", "3"]);
    delete process.env.HAMLET_THREADS;
    expect(sharing(1).HAMLET_THREADS).toBe(`${Math.min(8, availableParallelism())}`);
  } finally {
    if (before === undefined) delete process.env.HAMLET_THREADS;
    else process.env.HAMLET_THREADS = before;
  }
});

test("a census on threads finds the points of one thread, bit by bit", async () => {
  const census = async (...more: string[]) => {
    const args = ["fixed-points", "memory.ham", "--starts", "70", "--json", ...more];
    const { code, stdout, stderr } = await bench.inProcess(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  const one = await census();
  for (const workers of ["2", "3"]) expect(await census("--workers", workers)).toBe(one);
});

test("what is wrong in a census is told the same on threads", async () => {
  const args = ["fixed-points", "bits.ham"];
  const alone = await bench.inProcess(args);
  expect(alone.code).toBe(1);
  expect(await bench.inProcess([...args, "--workers", "2"])).toEqual(alone);
});
