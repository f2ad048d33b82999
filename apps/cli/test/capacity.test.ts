// `ham capacity`: what it measures agrees with theory, and follows from the seed.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bernoulli, key, type Progress } from "@hamlet/core";
import { compile } from "@hamlet/dsl";
import { evaluateScalar } from "@hamlet/graph";
import { CATALOGUE } from "@hamlet/model/check";
import { hebbInstability, polynomialCapacity, wilsonInterval } from "@hamlet/ham";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../src/backend.ts";
import { type CapacityPlan, measureCapacity } from "../src/capacity/measure.ts";
import {
  CAPACITY_ENERGIES,
  CAPACITY_RECALLS,
  type CapacityEnergy,
  capacityModel,
} from "../src/capacity/model.ts";
import { expectedLimit } from "../src/capacity/theory.ts";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
});
afterAll(() => bench[Symbol.dispose]());

interface Measured {
  hits: number;
  trials: number;
  share: number;
  low: number;
  high: number;
}
interface Report {
  size: number;
  patterns: string;
  points: {
    K: number;
    unstable: Measured;
    expectedUnstable: number | null;
    restored: { noise: number; limit: number; restored: Measured }[];
  }[];
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const measure = async (...args: string[]) => {
  const { code, stdout, stderr } = await bench.inProcess(["capacity", "--json", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return parseReport("capacity", stdout) as Report;
};

const QUADRATIC = ["--size", "40", "--counts", "8,3", "--noise", "0,0.25", "--trials", "100"];

test("the quadratic energy: shares with intervals, beside the exact instability", async () => {
  const { points } = await measure(...QUADRATIC, "--out", "q.svg");
  expect(points.map(({ K }) => K)).toEqual([3, 8]);
  for (const { K, unstable, expectedUnstable, restored } of points) {
    expect(expectedUnstable).toBe(hebbInstability(40, K));
    expect(Math.abs(unstable.share - expectedUnstable!)).toBeLessThan(
      4 * Math.sqrt(expectedUnstable! / unstable.trials) + 0.002,
    );
    const { low, high, trials } = unstable;
    expect(low).toBeLessThanOrEqual(unstable.share);
    expect(trials).toBe(100 * 40);
    // Units of one pattern are not independent, so it is no narrower than if they were.
    const single = wilsonInterval(unstable.hits, trials);
    expect(high - low).toBeGreaterThanOrEqual(single.high - single.low);
    expect(restored.map(({ noise }) => noise)).toEqual([0, 0.25]);
    expect(restored[0].limit).toBeCloseTo(0.1379 * 40, 2);
    expect(restored[0].restored).toMatchObject(
      wilsonInterval(restored[0].restored.hits, restored[0].restored.trials),
    );
    expect(restored[0].restored.trials).toBe(100);
  }
  expect(points[0].restored[0].restored.share).toBeGreaterThan(0.95);
  expect(points[1].restored[1].restored.share).toBeLessThan(points[0].restored[1].restored.share);
  const svg = readFileSync(join(bench.folder, "q.svg"), "utf8");
  expect(svg).toContain("25% flipped");
  expect(svg).toContain("theory");
});

test("the same seed measures the same, another one other patterns", async () => {
  const small = ["--size", "20", "--counts", "6", "--noise", "0.2", "--trials", "40"];
  expect(await measure(...small)).toEqual(await measure(...small));
  expect(await measure(...small, "--seed", "1")).not.toEqual(await measure(...small));
});

test("patterns of a file are tried by turns", async () => {
  const bits = Uint8Array.from({ length: 4 * 16 }, (_, i) => ((i * 7 + (i >> 4) * 3) % 5) & 1);
  bench.writeArray("p.npy", { shape: [4, 4, 4], dtype: "uint8", data: bits });
  const report = await measure(
    "p.npy",
    "--noise",
    "0",
    "--trials",
    "10",
    "--energy",
    "exponential",
  );
  expect(report).toMatchObject({ size: 16, patterns: "p.npy" });
  expect(report.points.at(-1)!.K).toBe(4);
  // All four are tried ten times, whatever the seed: what differs is which units are flipped.
  const hits = async (seed: string) => {
    const tried = ["p.npy", "--counts", "4", "--noise", "0.3", "--trials", "40", "--seed", seed];
    return (await measure(...tried)).points[0].restored[0].restored.hits;
  };
  const found = [await hits("0"), await hits("1"), await hits("2"), await hits("3")];
  expect(new Set(found).size).toBeGreaterThan(1);
});

test("the table names the energy, and mistakes are explained", async () => {
  const { code, stdout } = await bench.inProcess([
    "capacity",
    "--size",
    "12",
    "--counts",
    "2",
    "--trials",
    "5",
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain("energy -1/2 * sum[m] agreement[m]^2");
  expect(stdout).toContain("expected limit for random patterns: K = 2");
  const fails = async (...args: string[]) => {
    const failed = await bench.inProcess(["capacity", ...args]);
    expect(failed.stdout).toBe("");
    return `${failed.code} ${failed.stderr.split("\n")[0]}`;
  };
  expect(await fails("p.npy", "--counts", "9")).toMatchInlineSnapshot(
    `"2 ham: p.npy has 4 patterns, fewer than the 9 of --counts."`,
  );
  expect(await fails("--noise", "20")).toMatchInlineSnapshot(
    `"2 error: option '--noise <X,…>' argument '20' is invalid. A share is a number from 0 to 1."`,
  );
  expect(await fails("--energy", "polynomial", "--n", "1")).toMatchInlineSnapshot(
    `"2 error: option '--n <N>' argument '1' is invalid. An order is a whole number from 2 to 200."`,
  );
});

const energyNamed = (name: (typeof CAPACITY_ENERGIES)[number]): CapacityEnergy =>
  name === "polynomial" || name === "rectified"
    ? { name, n: 3 }
    : name === "log-sum-exp"
      ? { name, beta: 0.5 }
      : { name };

const signsOf = (count: number, seed: number) =>
  Int8Array.from(bernoulli(key(seed), 0.5, count), (bit) => 2 * bit - 1);

function planOf(plan: Partial<CapacityPlan>): CapacityPlan {
  const trials = plan.trials ?? 3;
  return {
    energy: { name: "quadratic" },
    recall: "settle",
    size: 24,
    counts: [4],
    noises: [0.1, 0.3],
    overlap: 0.95,
    seed: 0,
    *sets(K) {
      for (let t = 0; t < trials; t++) {
        yield { patterns: signsOf(K * 24, 100 * K + t), tried: [0], fixed: false };
      }
    },
    ...plan,
    trials,
  };
}

describe("in this process", () => {
  beforeAll(() => startBackend("cpu"));

  test.each([1, 2, 7])("%d trials are as many in every case", async (trials) => {
    const seen: Progress[] = [];
    const [point] = await measureCapacity(planOf({ trials }), (progress) => seen.push(progress));
    expect(point.restored.map(({ restored }) => restored.trials)).toEqual([trials, trials]);
    expect(point.unstable.trials).toBe(24 * trials);
    expect(seen.at(-1)).toEqual({ done: trials, of: trials });
    expect(point.unfinished).toBe(0);
  });

  test("every energy holds a pattern or two, with either recall", async () => {
    for (const name of CAPACITY_ENERGIES) {
      for (const recall of CAPACITY_RECALLS) {
        const plan = planOf({ energy: energyNamed(name), recall, counts: [2], noises: [0.05] });
        const [{ restored, unstable }] = await measureCapacity(plan);
        expect([name, recall, restored[0].restored.share]).toEqual([name, recall, 1]);
        expect(unstable.share).toBeLessThan(0.05);
        expect(unstable.high).toBeGreaterThan(unstable.share);
      }
    }
  });

  test.each<[CapacityEnergy, (agreements: number[], D: number) => number]>([
    [{ name: "quadratic" }, (a) => -sum(a.map((x) => x ** 2)) / 2],
    [{ name: "polynomial", n: 3 }, (a, D) => -sum(a.map((x) => ((2 * x) / D) ** 3)) / 3],
    [{ name: "rectified", n: 3 }, (a, D) => -sum(a.map((x) => Math.max(0, (2 * x) / D) ** 3)) / 3],
    [{ name: "exponential" }, (a) => -Math.log(sum(a.map(Math.exp)))],
    [
      { name: "log-sum-exp", beta: 0.5 },
      (a) => -Math.log(sum(a.map((x) => Math.exp(x / 2)))) / 0.5,
    ],
  ])("%j is its formula", (energy, formula) => {
    const [K, D] = [3, 4];
    const text = capacityModel(energy, [K, D]);
    const { graph } = compile({ name: "capacity.ham", text }, { registry: CATALOGUE });
    const xi = [1, 1, -1, 1, -1, -1, -1, -1, 1, -1, 1, 1];
    const v = [1, 1, 1, 1];
    const agreements = [0, 1, 2].map((m) => sum(v.map((x, i) => x * xi[m * D + i])));
    const tensors = new Map([
      [graph.tensors.find(({ name }) => name === "xi")!, xi],
      [graph.neurons[0].activation, v],
    ]);
    expect(agreements).toEqual([2, -4, 2]);
    expect(evaluateScalar(graph.terms[0].energy, { tensors })).toBeCloseTo(
      formula(agreements, D),
      10,
    );
  });

  test("dense energies hold where the quadratic one fails", async () => {
    const share = async (energy: CapacityEnergy) => {
      const [point] = await measureCapacity(planOf({ energy, counts: [16], trials: 30 }));
      return point.restored[0].restored.share;
    };
    expect(await share({ name: "quadratic" })).toBeLessThan(0.3);
    expect(await share({ name: "polynomial", n: 4 })).toBeGreaterThan(0.8);
    expect(await share({ name: "rectified", n: 4 })).toBeGreaterThan(0.8);
    expect(await share({ name: "exponential" })).toBeGreaterThan(0.8);
    // Where β is small, every pattern counts and none is told apart.
    expect(await share({ name: "log-sum-exp", beta: 0.02 })).toBeLessThan(0.3);
  });

  test("all patterns of a file leave no doubt about the unstable units, some of them do", async () => {
    const patterns = signsOf(9 * 24, 5);
    const measured = async (tried: number[]) => {
      const sets = () => [{ patterns, tried, fixed: true }];
      const [point] = await measureCapacity(planOf({ trials: tried.length, counts: [9], sets }));
      return point.unstable;
    };
    const all = await measured([8, 7, 6, 5, 4, 3, 2, 1, 0, 8, 7]);
    expect(all.trials).toBe(9 * 24);
    expect([all.low, all.high]).toEqual([all.share, all.share]);
    const some = await measured([0, 1, 2]);
    expect(some.high).toBeGreaterThan(some.low);
  });

  test("one step leaves the mean overlap that the limit promises", async () => {
    const [size, noise, overlap] = [200, 0.1, 0.9];
    const limit = expectedLimit({ name: "quadratic" }, size, { noise, recall: "step", overlap });
    // 5% of the units are wrong: Q⁻¹(.05) = 1.6449.
    expect(limit).toBeCloseTo((0.8 / 1.6449) ** 2 * size, 1);
    expect(limit).toBeCloseTo(polynomialCapacity(size, { n: 2, noise, unstable: 0.05 }), 9);
    // About half of all copies end above the mean.
    const [{ restored }] = await measureCapacity({
      ...planOf({ recall: "step", size, overlap, trials: 60 }),
      counts: [Math.round(limit)],
      noises: [noise],
      *sets(K) {
        for (let t = 0; t < 60; t++) {
          yield { patterns: signsOf(K * size, t), tried: [0], fixed: false };
        }
      },
    });
    expect(Math.abs(restored[0].restored.share - 0.5)).toBeLessThan(0.25);
  });
});

test("threads measure what one does", async () => {
  bench.writeArray("p.npy", {
    shape: [9, 20],
    data: Float32Array.from(bernoulli(key(4), 0.5, 180), (bit) => 2 * bit - 1),
  });
  for (const source of [
    ["--size", "30", "--trials", "20"],
    ["p.npy", "--trials", "15"],
  ]) {
    const args = [...source, "--counts", "2,5,9", "--noise", "0,0.2", "--out", "t.svg"];
    expect(await measure(...args, "--workers", "2")).toEqual(await measure(...args));
  }
});
