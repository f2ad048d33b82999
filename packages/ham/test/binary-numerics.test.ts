// What the literature says of binary memories in numbers: exact where a formula is, measured by
// the recalls themselves where chance decides. A measured share may be off by four standard errors
// and one percent.

import { apply, type EnergyGraph, lit, logsumexp, makeIndex, mul, pow } from "@hamlet/graph";
import {
  classicalRatio,
  exponentialRate,
  hebbInstability,
  logSumExpRate,
  polynomialCapacity,
  polynomialInstability,
} from "@hamlet/ham";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { some } from "../../../tools/samples.ts";
import {
  type PatternLayer,
  patternLayer,
  settle,
  settled,
  signs,
  solverOf,
} from "./binary-models.ts";

beforeAll(() => useBackend("wasm"));

/** Whether two numbers agree to the digits that are printed. */
function expectDigits(found: number, printed: string) {
  const [mantissa, exponent = "0"] = printed.split("e");
  const decimals = (mantissa.split(".")[1] ?? "").length - Number(exponent);
  expect(Math.abs(found - Number(printed))).toBeLessThanOrEqual(0.51 * 10 ** -decimals);
}

/** The share of units that flip in one synchronous step from the stored patterns themselves. */
async function unstable(layer: PatternLayer, graph: EnergyGraph, K: number, sets: number) {
  let flips = 0;
  for (let set = 0; set < sets; set++) {
    const patterns = signs(K * layer.N, 1000 + set);
    const { flips: paths } = await settle(layer, graph, {
      starts: patterns,
      values: [
        [layer.T, new Float32Array(layer.N ** 2)],
        [layer.xi, patterns],
      ],
      recall: { solver: solverOf("sync"), steps: lit(1) },
      recordFlips: true,
    });
    flips += paths!.reduce((total, path) => total + path.flips.length, 0);
  }
  const trials = sets * K * layer.N;
  return { share: flips / trials, error: Math.sqrt(flips) / trials };
}

describe("single-bit instability of Hebb's rule", () => {
  const printed: [number, number, string, number][] = [
    [100, 10, "3.99207e-4", 150],
    [100, 15, "3.90485e-3", 60],
    [500, 50, "6.92683e-4", 8],
    [1000, 100, "7.36824e-4", 2],
    [1000, 185, "9.90041e-3", 1],
  ];
  test.each(some(printed, 3))("N = %d, K = %d: %s", async (N, K, digits, sets) => {
    const exact = hebbInstability(N, K);
    expectDigits(exact, digits);
    const layer = patternLayer(N, K);
    const { share, error } = await unstable(layer, layer.quadratic, K, sets);
    expect(error / exact).toBeLessThan(0.2);
    expect(Math.abs(share - exact)).toBeLessThanOrEqual(4 * error + 0.01 * exact);
  });

  test("is a sum of binomial terms: small cases counted in whole", () => {
    for (const [N, K] of [
      [3, 3],
      [4, 4],
      [5, 3],
      [6, 4],
    ]) {
      const M = (K - 1) * (N - 1);
      let hits = 0;
      for (let word = 0; word < 2 ** M; word++) {
        let heads = 0;
        for (let bit = 0; bit < M; bit++) heads += (word >> bit) & 1;
        hits += Number(2 * heads - M < -(N - 1));
      }
      expect(hebbInstability(N, K)).toBeCloseTo(hits / 2 ** M, 10);
    }
  });
});

test("the classical ratio is Amit, Gutfreund and Sompolinsky's, less for an overlap above .967", () => {
  expect(classicalRatio()).toBeCloseTo(0.1379, 4);
  expect(classicalRatio(0.95)).toBe(classicalRatio());
  // At α = .1 the mean-field equations for m, r and C, iterated to their fixed point.
  const alpha = 0.1;
  let [m, r] = [1, 1];
  for (let round = 0; round < 200; round++) {
    const y = m / Math.sqrt(2 * alpha * r);
    const C = Math.sqrt(2 / (Math.PI * alpha * r)) * Math.exp(-y * y);
    r = 1 / (1 - C) ** 2;
    // erf by Simpson's rule.
    const at = (k: number) => Math.exp(-(((y * k) / 200) ** 2));
    let sum = at(0) + at(200);
    for (let k = 1; k < 200; k++) sum += (k % 2 === 1 ? 4 : 2) * at(k);
    m = (2 / Math.sqrt(Math.PI)) * (y / 600) * sum;
  }
  expect(m).toBeGreaterThan(0.98);
  expect(classicalRatio(m)).toBeCloseTo(alpha, 3);
});

describe("retrieval by permutation sweeps, 500 units (Amit, Gutfreund & Sompolinsky)", () => {
  const N = 500;
  const SETS = 4;
  const EACH = 12;

  /** The share of damaged patterns that end with an overlap above 0.95. */
  async function restored(K: number, flipped: number) {
    const layer = patternLayer(N, K);
    let hits = 0;
    for (let set = 0; set < SETS; set++) {
      const patterns = signs(K * N, set);
      const first = patterns.subarray(0, Math.min(EACH, K) * N);
      const keeps = signs(first.length, 100 + set, 1 - flipped);
      const { found, outcomes } = await settle(layer, layer.quadratic, {
        starts: first.map((x, i) => x * keeps[i]),
        values: [
          [layer.T, new Float32Array(N * N)],
          [layer.xi, patterns],
        ],
        recall: { solver: solverOf("async"), steps: lit(200 * N), stop: settled },
      });
      expect(new Set(outcomes.map(({ ending }) => ending))).toEqual(new Set(["converged"]));
      for (let at = 0; at < first.length; at += N) {
        let overlap = 0;
        for (let i = at; i < at + N; i++) overlap += found[i] * first[i];
        hits += Number(overlap / N > 0.95);
      }
    }
    return { share: hits / (SETS * Math.min(EACH, K)), trials: SETS * Math.min(EACH, K) };
  }

  const shares: [number, number[]][] = [
    [10, [1, 1, 1, 1, 1]],
    [50, [1, 1, 0.93, 0.72, 0.02]],
    [70, [0.83, 0.73, 0.48, 0.07, 0]],
  ];
  test.each(some(shares, 1))(
    "K = %d: shares %j where 0, 10, 20, 30 and 40 in a hundred are flipped",
    async (K, expected) => {
      for (const [k, share] of expected.entries()) {
        const measured = await restored(K, k / 10);
        // Both numbers are measured; a share of 0 or 1 is known up to one trial.
        const p = Math.min(1 - 1 / 60, Math.max(1 / 60, share));
        const error = Math.sqrt(p * (1 - p) * (1 / measured.trials + 1 / 60));
        expect(Math.abs(measured.share - share)).toBeLessThanOrEqual(4 * error + 0.01);
      }
    },
  );
});

test("two units that repel each other turn together for ever: a cycle of period 2", async () => {
  const two = patternLayer(2);
  const { outcomes, flips, found } = await settle(two, two.coupled, {
    starts: Float32Array.of(-1, -1),
    values: [
      [two.T, [0, -1, -1, 0]],
      [two.xi, [1, 1]],
    ],
    recall: { solver: solverOf("sync"), steps: lit(20) },
    recordFlips: true,
  });
  expect(outcomes[0]).toMatchObject({ ending: "cycle", period: 2 });
  expect(flips![0].flips.slice(0, 4).map(({ step, unit }) => [step, unit])).toEqual([
    [1, 0],
    [1, 1],
    [2, 0],
    [2, 1],
  ]);
  expect(Math.abs(found[0] + found[1])).toBe(2);
});

describe("80% flipped units", () => {
  const N = 200;
  const layer = patternLayer(N, 3);
  const patterns = signs(3 * N, 5);
  const endsAt = async (graph: EnergyGraph) => {
    const { found } = await settle(layer, graph, {
      starts: patterns.slice(0, N).map((x, i) => (i < 0.8 * N ? -x : x)),
      values: [
        [layer.T, new Float32Array(N * N)],
        [layer.xi, patterns],
      ],
      recall: { solver: solverOf("async"), steps: lit(100 * N), stop: settled },
    });
    return found.reduce((total, x, i) => total + x * patterns[i], 0) / N;
  };

  test("recall the negative of the pattern where the energy is even", async () => {
    expect(await endsAt(layer.quadratic)).toBe(-1);
  });

  test("and not where it is rectified", async () => {
    const cubic = layer.dense((o) => pow(apply("relu", o), lit(3)));
    expect(await endsAt(cubic)).toBeGreaterThan(-0.5);
  });
});

describe("polynomial memories (Krotov & Hopfield)", () => {
  test("the capacity is α_n Nⁿ⁻¹ with α_n = .1507 / (2n − 3)!!", () => {
    const doubleFactorials = new Map([
      [2, 1],
      [3, 3],
      [4, 15],
      [5, 105],
    ]);
    for (const [n, factor] of doubleFactorials) {
      expect(
        Math.abs(polynomialCapacity(100, { n }) / ((0.1507 / factor) * 100 ** (n - 1)) - 1),
      ).toBeLessThan(2e-4);
      const K = polynomialCapacity(100, { n });
      expect(polynomialInstability({ N: 100, K }, { n })).toBeCloseTo(0.005, 9);
    }
  });

  test("rectified, N = 60, n = 3, K = 360: as unstable as 180 whole ones", async () => {
    const layer = patternLayer(60, 360);
    const cubic = layer.dense((o) => pow(apply("relu", o), lit(3)));
    const { share, error } = await unstable(layer, cubic, 360, 15);
    const options = { n: 3, rectified: true };
    const expected = polynomialInstability({ N: 60, K: 360 }, options);
    expect(expected).toBe(polynomialInstability({ N: 60, K: 180 }, { n: 3 }));
    // The formula is for large N; at 60 units whole powers are a tenth above it as well.
    expect(Math.abs(share - expected)).toBeLessThanOrEqual(4 * error + 0.25 * expected);
    expect(polynomialCapacity(60, options)).toBe(2 * polynomialCapacity(60, { n: 3 }));
    expect(polynomialInstability({ N: 60, K: 9 }, { ...options, noise: 0.7 })).toBe(0.5);
    expect(polynomialCapacity(60, { ...options, noise: 0.7 })).toBe(0);
  });

  test("N = 60, n = 3, K = 180: a share .005435 ± .000069 of the units is unstable", async () => {
    const layer = patternLayer(60, 180);
    const cubic = layer.dense((o) => pow(o, lit(3)));
    const { share, error } = await unstable(layer, cubic, 180, 200);
    expect(error).toBeLessThan(0.0001);
    expect(Math.abs(share - 0.005435)).toBeLessThanOrEqual(
      4 * Math.hypot(error, 0.000069) + 0.01 * 0.005435,
    );
  });

  test("an overlap of 2304 leaves float32 at its 12th power; in halves of D, n = 200 is finite", async () => {
    expect(Number.isFinite(Math.fround(2304 ** 11))).toBe(true);
    expect(Number.isFinite(Math.fround(2304 ** 12))).toBe(false);
    const [N, K, n] = [2304, 3, 200];
    const layer = patternLayer(N, K);
    const patterns = signs(K * N, 8);
    const keeps = signs(N, 9, 0.8);
    const run = (scale: number) =>
      settle(
        layer,
        layer.dense((o) => pow(mul(lit(scale), apply("relu", o)), lit(n))),
        {
          starts: patterns.slice(0, N).map((x, i) => x * keeps[i]),
          values: [
            [layer.T, new Float32Array(N * N)],
            [layer.xi, patterns],
          ],
          recall: { solver: solverOf("async"), steps: lit(20 * N), stop: settled },
        },
      );
    const scaled = await run(2 / N);
    expect(scaled.outcomes[0].ending).toBe("converged");
    expect(scaled.outcomes[0].energyAfter / -(2 ** 200)).toBeCloseTo(1, 9);
    expect([...scaled.found]).toEqual([...patterns.subarray(0, N)]);
    // What cannot be represented is said, not hidden.
    expect((await run(1)).outcomes[0].ending).toBe("non-finite");
  });
});

describe("exponential memories (Demircigil et al.)", () => {
  test.each([
    [0, ".3466"],
    [0.1, ".1840"],
    [0.2, ".0964"],
  ])("with a share %d of flips, exp(αN) patterns come back for α below %s", (noise, printed) => {
    expectDigits(exponentialRate(noise), `0${printed}`);
  });

  test("one synchronous step restores below the bound and fails far above it", async () => {
    const [N, flipped] = [40, 0.2];
    const restored = async (alpha: number) => {
      const K = Math.round(Math.exp(alpha * N));
      const layer = patternLayer(N, K);
      const m = makeIndex("m", layer.xi.axes[0]);
      const overlap = layer.overlapOf(m);
      const graph = layer.graph(mul(lit(-1), logsumexp([m], overlap)));
      const trials = 60;
      const patterns = signs(K * N, 6);
      const starts = new Float32Array(trials * N);
      const targets = new Float32Array(trials * N);
      const keeps = signs(trials * N, 7, 1 - flipped);
      for (let b = 0; b < trials; b++) {
        targets.set(patterns.subarray((b % K) * N, ((b % K) + 1) * N), b * N);
      }
      targets.forEach((x, i) => (starts[i] = x * keeps[i]));
      const { found } = await settle(layer, graph, {
        starts,
        values: [
          [layer.T, new Float32Array(N * N)],
          [layer.xi, patterns],
        ],
        recall: { solver: solverOf("sync"), steps: lit(1) },
      });
      let hits = 0;
      for (let b = 0; b < trials; b++) {
        const same = targets.subarray(b * N, (b + 1) * N).every((x, i) => x === found[b * N + i]);
        hits += Number(same);
      }
      return hits / trials;
    };
    const bound = exponentialRate(flipped);
    // The bound is for large N, and for every pattern at once: at 40 units the fall is gradual.
    expect(await restored(0.5 * bound)).toBeGreaterThan(0.9);
    expect(await restored(2.6 * bound)).toBeLessThan(0.5);
  });

  test("with β, the rate is the maximum over θ, and twice what is proven where β is large", () => {
    for (const [beta, noise] of [
      [0.1, 0],
      [0.3, 0.1],
      [0.3, 0.2],
      [2, 0.2],
    ]) {
      let best = 0;
      for (let theta = 0; theta <= 2 * beta; theta += 2e-5) {
        best = Math.max(best, theta * (1 - 2 * noise) - Math.log(Math.cosh(theta)));
      }
      expect(logSumExpRate(beta, noise)).toBeCloseTo(best, 4);
    }
    for (const noise of [0, 0.1, 0.2]) {
      expect(logSumExpRate(50, noise)).toBeCloseTo(2 * exponentialRate(noise), 9);
    }
    expect(logSumExpRate(1, 0.6)).toBe(0);
  });

  test("with β = .3, 20% flipped, one step restores below that rate and not above it", () => {
    const [N, beta, noise] = [40, 0.3, 0.2];
    /** The overlap after one step, of pattern 0 with 8 of 40 units flipped. */
    const overlapAfter = (part: number, trials: number) => {
      const K = Math.round(Math.exp(part * logSumExpRate(beta, noise) * N));
      let agree = 0;
      for (let trial = 0; trial < trials; trial++) {
        const patterns = signs(K * N, 40 + trial);
        const state = patterns.slice(0, N).map((x, i) => (i < noise * N ? -x : x));
        const fields = new Float64Array(N);
        for (let at = 0; at < K * N; at += N) {
          let overlap = 0;
          for (let i = 0; i < N; i++) overlap += patterns[at + i] * state[i];
          for (let i = 0; i < N; i++) {
            const rest = overlap - patterns[at + i] * state[i];
            fields[i] += patterns[at + i] * Math.exp(beta * (rest - N));
          }
        }
        fields.forEach((field, i) => (agree += Number(field * patterns[i] > 0)));
      }
      return (2 * agree) / (trials * N) - 1;
    };
    expect(overlapAfter(0.4, 20)).toBeGreaterThan(0.95);
    expect(overlapAfter(1.35, 2)).toBeLessThan(0.4);
  });
});
