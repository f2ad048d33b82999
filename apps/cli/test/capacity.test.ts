// `ham capacity`: what it measures agrees with theory, and follows from the seed.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hebbInstability, wilsonInterval } from "@hamlet/ham";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";

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

const measure = (...args: string[]) => {
  const { code, stdout, stderr } = bench.ham(["capacity", "--json", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Report;
};

const QUADRATIC = ["--size", "40", "--counts", "8,3", "--noise", "0,0.25", "--trials", "100"];

test("the quadratic energy: shares with intervals, beside the exact instability", () => {
  const { points } = measure(...QUADRATIC, "--out", "q.svg");
  expect(points.map(({ K }) => K)).toEqual([3, 8]);
  for (const { K, unstable, expectedUnstable, restored } of points) {
    expect(expectedUnstable).toBe(hebbInstability(40, K));
    expect(Math.abs(unstable.share - expectedUnstable!)).toBeLessThan(
      4 * Math.sqrt(expectedUnstable! / unstable.trials) + 0.002,
    );
    const { hits, trials, low, high } = unstable;
    expect({ low, high }).toEqual(wilsonInterval(hits, trials));
    expect(restored.map(({ noise }) => noise)).toEqual([0, 0.25]);
    expect(restored[0].limit).toBeCloseTo(0.138 * 40, 12);
    expect(restored[0].restored.trials).toBe(100);
  }
  expect(points[0].restored[0].restored.share).toBeGreaterThan(0.95);
  expect(points[1].restored[1].restored.share).toBeLessThan(points[0].restored[1].restored.share);
  const svg = readFileSync(join(bench.folder, "q.svg"), "utf8");
  expect(svg).toContain("25% flipped");
  expect(svg).toContain("theory");
});

test("the same seed measures the same, another one other patterns", () => {
  const small = ["--size", "20", "--counts", "6", "--noise", "0.2", "--trials", "40"];
  expect(measure(...small)).toEqual(measure(...small));
  expect(measure(...small, "--seed", "1")).not.toEqual(measure(...small));
});

test("dense energies hold where the quadratic one fails, on random patterns and on a file", () => {
  const crowd = ["--size", "30", "--counts", "20", "--noise", "0.1", "--trials", "40"];
  const share = (...args: string[]) =>
    measure(...crowd, ...args).points[0].restored[0].restored.share;
  expect(share()).toBeLessThan(0.3);
  expect(share("--energy", "polynomial", "--n", "4")).toBeGreaterThan(0.8);
  expect(share("--energy", "exponential")).toBeGreaterThan(0.8);

  const bits = Uint8Array.from({ length: 4 * 16 }, (_, i) => ((i * 7 + (i >> 4) * 3) % 5) & 1);
  bench.writeArray("p.npy", { shape: [4, 4, 4], dtype: "uint8", data: bits });
  const report = measure("p.npy", "--noise", "0", "--trials", "10", "--energy", "exponential");
  expect(report).toMatchObject({ size: 16, patterns: "p.npy" });
  expect(report.points.at(-1)!.K).toBe(4);
});

test("the table names the energy, and mistakes are explained", () => {
  const { code, stdout } = bench.ham([
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
  const fails = (...args: string[]) => {
    const failed = bench.ham(["capacity", ...args]);
    expect(failed.stdout).toBe("");
    return `${failed.code} ${failed.stderr.split("\n")[0]}`;
  };
  expect(fails("p.npy", "--counts", "9")).toMatchInlineSnapshot(
    `"2 ham: p.npy has 4 patterns, fewer than the 9 of --counts."`,
  );
  expect(fails("--noise", "20")).toMatchInlineSnapshot(
    `"2 error: option '--noise <X,…>' argument '20' is invalid. A share is a number from 0 to 1."`,
  );
  expect(fails("--energy", "polynomial", "--n", "1")).toMatchInlineSnapshot(
    `"2 error: option '--n <N>' argument '1' is invalid. An order is a whole number from 2 to 200."`,
  );
});
