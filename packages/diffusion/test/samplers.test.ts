import { foldIn, key } from "@hamlet/core";
import {
  exactScore,
  type Points,
  polygonPoints,
  sampleEulerMaruyama,
  samplePredictorCorrector,
  sampleProbabilityFlow,
  type SamplerOptions,
  timeSteps,
  varianceExploding,
} from "@hamlet/diffusion";
import { expect, test } from "vitest";
import { nearestDistances } from "./distances.ts";

const noise = varianceExploding(1);
const patterns = polygonPoints(9);
const exact = exactScore(patterns, noise);
const settings: SamplerOptions = { noise, key: key(9), count: 1000 };

const samplers = [
  ["Euler–Maruyama", sampleEulerMaruyama],
  ["probability flow", sampleProbabilityFlow],
  ["predictor–corrector", samplePredictorCorrector],
] as const;

/** The part of the samples within 0.02 of a pattern. */
function close(samples: Points): number {
  const distances = nearestDistances(samples, patterns);
  return distances.filter((distance) => distance < 0.02).length / distances.length;
}

test.each(samplers)(
  "%s: every sample reaches a corner of the 9-gon in 200 steps",
  async (_, sample) => {
    const samples = await sample(exact, { ...settings, steps: 200 });
    expect(samples.shape).toEqual([1000, 2]);
    expect(close(samples)).toBe(1);
  },
);

test("equal steps reach it as well, by their last one", async () => {
  expect(
    close(await sampleEulerMaruyama(exact, { ...settings, grid: "linear", steps: 1000 })),
  ).toBe(1);
});

test("the corners are drawn equally often", async () => {
  for (const [, sample] of samplers) {
    const { data } = await sample(exact, { ...settings, steps: 100 });
    const counts = Array.from({ length: 9 }, () => 0);
    for (let i = 0; i < 1000; i++) {
      counts[
        (Math.round((Math.atan2(data[2 * i + 1], data[2 * i]) * 9) / (2 * Math.PI)) + 9) % 9
      ]++;
    }
    // Chi-squared with 8 degrees of freedom exceeds 26.1 once in a thousand.
    const expected = 1000 / 9;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chi).toBeLessThan(26.1);
  }
});

test("E11: on the notebook's grid the last step throws samples away from the data", async () => {
  const notebook = { ...settings, grid: "notebook", start: "sphere", steps: 1000 } as const;
  const distances = nearestDistances(await sampleEulerMaruyama(exact, notebook), patterns);
  const median = distances.sort()[500];
  expect(median).toBeGreaterThan(2.6);
  expect(median).toBeLessThan(3);
  // The same with a last step of the right length.
  const ours = await sampleEulerMaruyama(exact, { ...notebook, grid: "linear" });
  expect(close(ours)).toBe(1);
});

test("E11: the last step of the notebook's grid is a hundred times too long", () => {
  const notebook = timeSteps({ grid: "notebook", steps: 1000 });
  expect(notebook.dt[999] / notebook.t[999]).toBeCloseTo(100, 0);
  const ours = timeSteps({ grid: "linear", steps: 1000 });
  expect(ours.t).toEqual(notebook.t);
  expect(ours.dt[999]).toBe(ours.t[999]);
});

test.each(["geometric", "linear"] as const)("steps of the %s grid add up to all time", (grid) => {
  const { t, dt } = timeSteps({ grid, steps: 50, end: 1e-3 });
  expect(t[0]).toBe(1);
  expect(t[49]).toBe(1e-3);
  expect(dt.every((step) => step > 0)).toBe(true);
  expect(dt.reduce((sum, step) => sum + step)).toBeCloseTo(1, 12);
});

test("E13: samples begin at draws of the prior, unless the notebook's circle is asked for", async () => {
  const begins = async (start: "prior" | "sphere") => {
    // A score of zero and a step of nothing: the samples stay where they begin.
    const still = { ...exact, score: async (x: Float64Array) => new Float64Array(x.length) };
    const flow = { ...settings, noise: varianceExploding(2), start, steps: 2 };
    const { data } = await sampleProbabilityFlow(still, flow);
    return Array.from({ length: 1000 }, (_, i) => data[2 * i] ** 2 + data[2 * i + 1] ** 2);
  };
  const prior = await begins("prior");
  const mean = prior.reduce((sum, square) => sum + square) / 1000;
  // E|x|² = 2σ² = 8 with a standard error of 8/√1000.
  expect(Math.abs(mean - 8)).toBeLessThan(1.1);
  expect(prior.filter((square) => square > 16).length).toBeGreaterThan(80);
  for (const square of await begins("sphere")) expect(square).toBeCloseTo(4, 10);
});

test.each(samplers)(
  "%s: a key gives the same samples again, another key others",
  async (_, sample) => {
    const some = { ...settings, count: 5, steps: 20 };
    const once = await sample(exact, some);
    expect(await sample(exact, some)).toEqual(once);
    expect(await sample(exact, { ...some, key: foldIn(some.key, 1) })).not.toEqual(once);
  },
);

test("Euler–Maruyama adds noise in every step but the last", async () => {
  const still = { ...exact, score: async (x: Float64Array) => new Float64Array(x.length) };
  const states: Float64Array[] = [];
  const onProgress = ({ x }: { x: Float64Array }) => void states.push(Float64Array.from(x));
  await sampleEulerMaruyama(still, { ...settings, count: 3, steps: 5, onProgress });
  const moved = states.slice(1).map((state, i) => state.some((x, k) => x !== states[i][k]));
  expect(moved).toEqual([true, true, true, false]);
});

test("corrections have noise of their own, another one every time", async () => {
  const states: Float64Array[] = [];
  const steady = {
    ...exact,
    score: async (x: Float64Array) => {
      states.push(x.slice());
      return new Float64Array(x.length).fill(1);
    },
  };
  const options = { ...settings, count: 500, steps: 4, corrections: 2 };
  await samplePredictorCorrector(steady, options);
  // Under a steady score what differs from sample to sample in a move is its noise.
  const moves = states.slice(1).map((state, i) => {
    const move = state.map((x, k) => x - states[i][k]);
    const mean = move.reduce((a, b) => a + b) / move.length;
    const length = Math.hypot(...move.map((x) => x - mean));
    return move.map((x) => (x - mean) / length);
  });
  expect(moves).toHaveLength(11);
  moves.forEach((a, i) =>
    moves.slice(0, i).forEach((b) => {
      const correlation = a.reduce((sum, x, k) => sum + x * b[k], 0);
      expect(Math.abs(correlation)).toBeLessThan(0.15);
    }),
  );
});

test("every step is reported, with the samples as they are", async () => {
  const seen: { step: number; t: number; spread: number }[] = [];
  const samples = await sampleEulerMaruyama(exact, {
    ...settings,
    steps: 30,
    onProgress: ({ done: step, of: steps, t, x }) => {
      expect(steps).toBe(30);
      seen.push({
        step,
        t,
        spread: Math.max(...nearestDistances({ shape: [1000, 2], data: x }, patterns)),
      });
    },
  });
  expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect(seen[29].t).toBe(0);
  expect(seen[0].spread).toBeGreaterThan(1);
  expect(seen[29].spread).toBe(Math.max(...nearestDistances(samples, patterns)));
});

test("a signal stops a sampler", async () => {
  const signal = { aborted: false };
  const onProgress = ({ done: step }: { done: number }) => {
    signal.aborted = step === 3;
  };
  await expect(
    sampleEulerMaruyama(exact, { ...settings, signal, onProgress }),
  ).rejects.toMatchObject({
    code: "core/aborted",
  });
});
