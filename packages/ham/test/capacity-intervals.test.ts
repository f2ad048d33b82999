// The intervals of `ham capacity` hold what they promise: the truth lies in 95% of them.

import { foldIn, key, split, uniform } from "@hamlet/core";
import { type Cluster, clusterInterval, wilsonInterval } from "@hamlet/ham";
import { describe, expect, test } from "vitest";
import { signs } from "./binary-models.ts";

/** Experiments of a coverage; a coverage of 95% then has a standard error of 1.1%. */
const RUNS = 400;
/** Four standard errors below 95%. */
const LEAST = 0.95 - 4 * 0.011;

function coverage(truth: number, interval: (run: number) => { low: number; high: number }) {
  let held = 0;
  for (let run = 0; run < RUNS; run++) {
    const { low, high } = interval(run);
    held += Number(low <= truth && truth <= high);
  }
  return held / RUNS;
}

/** Units of K random patterns that one synchronous step of Hebb's rule flips, at the first. */
function hebbFlips(N: number, K: number, seed: number): number {
  const patterns = signs(K * N, seed);
  let flips = 0;
  for (let i = 0; i < N; i++) {
    let field = 0;
    for (let m = 0; m < K; m++) {
      let overlap = 0;
      for (let j = 0; j < N; j++) if (j !== i) overlap += patterns[m * N + j] * patterns[j];
      field += patterns[m * N + i] * overlap;
    }
    flips += Number(field * patterns[i] < 0);
  }
  return flips;
}

describe("intervals of clusters", () => {
  const [N, K, TRIALS] = [24, 6, 20];

  test("hold the share of unstable units in 95 of 100 measurements", () => {
    const all = Array.from({ length: RUNS * TRIALS }, (_, t) => hebbFlips(N, K, t));
    const truth = all.reduce((sum, flips) => sum + flips, 0) / (all.length * N);
    const clusters = (run: number): Cluster[] =>
      all.slice(run * TRIALS, (run + 1) * TRIALS).map((hits) => ({ hits, trials: N }));
    expect(coverage(truth, (run) => clusterInterval(clusters(run)))).toBeGreaterThan(LEAST);
  });

  test.each([
    ["one in eight clusters is bad in half of its units", 0.125, 0.5, 0.6],
    ["one in a hundred is bad in a quarter of them", 0.01, 0.25, 0.9],
  ])("hold where units go wrong together: %s", (_, bad, within, most) => {
    const measured = (run: number): Cluster[] => {
      const [which, units] = split(foldIn(key(9), run));
      const isBad = uniform(which, TRIALS);
      const draws = uniform(units, TRIALS * N);
      return Array.from({ length: TRIALS }, (_, c) => {
        const own = draws.subarray(c * N, (c + 1) * N);
        const hits = isBad[c] < bad ? own.filter((u) => u < within).length : 0;
        return { hits, trials: N };
      });
    };
    const truth = bad * within;
    expect(coverage(truth, (run) => clusterInterval(measured(run)))).toBeGreaterThan(LEAST - 0.05);
    // As if each unit were a trial of its own they hold far less often.
    const naive = (run: number) => {
      const hits = measured(run).reduce((sum, cluster) => sum + cluster.hits, 0);
      return wilsonInterval(hits, TRIALS * N);
    };
    expect(coverage(truth, naive)).toBeLessThan(most);
  });

  test("are Wilson's where each trial is its own cluster and one where there is one cluster", () => {
    const single = Array.from({ length: 400 }, (_, t) => ({
      hits: Number(t % 4 === 0),
      trials: 1,
    }));
    const { low, high } = clusterInterval(single);
    const wilson = wilsonInterval(100, 400);
    expect(low).toBeCloseTo(wilson.low, 2);
    expect(high).toBeCloseTo(wilson.high, 2);
    expect(clusterInterval([{ hits: 0, trials: 50 }])).toEqual(wilsonInterval(0, 1));
    expect(clusterInterval([{ hits: 25, trials: 50 }])).toEqual(wilsonInterval(0.5, 1));
  });
});
