// Sequences of random patterns: recalled without an error where theory says so, and with as many
// errors as it says where it does not; delays that keep each pattern for as long as it says.

import { key, uniform } from "@hamlet/core";
import {
  clusterInterval,
  hebbInstability,
  sequenceCapacity,
  sequenceInstability,
} from "@hamlet/ham";
import { binaryAtlas } from "@hamlet/ham/atlas";
import { loadModel, sealOf } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

/** K patterns of N signs. */
function signs(K: number, N: number, seed: number): number[][] {
  const all = uniform(key(seed), [K, N]);
  return Array.from({ length: K }, (_, m) =>
    Array.from(all.subarray(m * N, (m + 1) * N), (x) => (x < 0.5 ? -1 : 1)),
  );
}

/** A ring of patterns, whose overlaps without the unit itself `separated` tells apart. */
const ring = (patterns: readonly (readonly number[])[], separated: string, rest = "") => `ham 1
dim K = ${patterns.length}, N = ${patterns[0].length}
data xi: sign[K, N] = ${JSON.stringify(patterns)}
given query: sign[N]
neuron v: [N] as sign
let next[m: K, i] = sum[n where n == m + 1 or (m == K - 1 and n == 0)] xi[n, i]
let overlap[m, i] = (sum[j] xi[m, j] * v[j] - xi[m, i] * v[i]) / (N - 1)
drive v[i] = sum[m] next[m, i] * ${separated}
recall go { start v = query solver = sync steps = 1 ${rest} }
`;

const POWERS = { 1: "overlap[m, i]", 2: "overlap[m, i]^2", 3: "overlap[m, i]^3" };
const EXPONENTIAL = "exp((N - 1) * (overlap[m, i] - 1))";

/** After one step from each pattern: the units of it that are not those of the next one. */
async function errorsOf(patterns: readonly (readonly number[])[], separated: string) {
  const text = ring(patterns, separated);
  using model = await loadModel({ name: "ring.ham", text });
  const query = tf.tensor(patterns.map((row) => [...row]));
  using result = await model.recall({ givens: { query } });
  const [v] = await Promise.all([...result.activations.values()].map((all) => all.array()));
  query.dispose();
  return (v as number[][]).map((row, m) => {
    const next = patterns[(m + 1) % patterns.length];
    return row.filter((value, i) => value !== next[i]).length;
  });
}

describe("fifty patterns of 500 units", () => {
  const patterns = signs(50, 500, 25);

  test.each([
    ["squares", POWERS[2], 2],
    ["cubes", POWERS[3], 3],
    ["exponentials", EXPONENTIAL, "exponential"],
  ] as const)("come one after the other without an error, by %s", async (_, separated, kind) => {
    expect(sequenceCapacity(500, { separation: kind })).toBeGreaterThan(50);
    const text = ring(patterns, separated).replace("steps = 1 ", "steps = 120 record v ");
    using model = await loadModel({ name: "ring.ham", text });
    const query = tf.tensor([patterns[7]]);
    using result = await model.recall({ givens: { query } });
    query.dispose();
    const [{ steps, activations }] = [...result.trajectories.values()];
    const path = (await activations.array()) as number[][][];
    for (const [n, step] of steps.entries()) {
      expect(path[n][0], `step ${step}`).toEqual(patterns[(7 + step) % 50]);
    }
    expect(result.outcomes[0]).toMatchObject({ ending: "cycle", period: 50 });
  });

  test("are too many for overlaps as they are, by as many errors as theory says", async () => {
    expect(sequenceCapacity(500, { separation: 1 })).toBeLessThan(50);
    const errors = await errorsOf(patterns, POWERS[1]);
    const { low, high } = clusterInterval(errors.map((hits) => ({ hits, trials: 500 })));
    const expected = hebbInstability(500, 50);
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
  });

  test("and fifteen are not", async () => {
    expect(sequenceCapacity(500, { separation: 1 })).toBeGreaterThan(15);
    expect(await errorsOf(signs(15, 500, 3), POWERS[1])).toEqual(Array(15).fill(0));
  });
});

describe("the share of wrong units", () => {
  // As many patterns as make errors of some percent.
  test.each([
    ["overlaps", POWERS[1], (x: number) => x, { N: 101, K: 30 }],
    ["squares", POWERS[2], (x: number) => x ** 2, { N: 60, K: 220 }],
    ["cubes", POWERS[3], (x: number) => x ** 3, { N: 24, K: 200 }],
    ["exponentials", EXPONENTIAL, (x: number) => Math.exp(13 * (x - 1)), { N: 14, K: 400 }],
  ] as const)("is that of theory, by %s", async (_, separated, separation, size) => {
    const errors = await errorsOf(signs(size.K, size.N, 11), separated);
    const { low, high } = clusterInterval(errors.map((hits) => ({ hits, trials: size.N })));
    const expected = sequenceInstability(size, separation);
    expect(expected).toBeGreaterThan(0.003);
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
  });

  test("of overlaps is that of an energy of squares", () => {
    // An even number of other units: no sum is a draw.
    for (const [N, K] of [
      [100, 31],
      [500, 51],
    ]) {
      const exact = hebbInstability(N, K);
      expect(Math.abs(sequenceInstability({ N, K }, (x) => x) / exact - 1)).toBeLessThan(0.01);
    }
  });
});

/** Rows of a Walsh–Hadamard matrix: orthogonal patterns, so that no pattern disturbs another. */
function orthogonal(K: number, N: number): number[][] {
  const bits = (x: number): number => (x === 0 ? 0 : (x & 1) + bits(x >> 1));
  return Array.from({ length: K }, (_, m) =>
    Array.from({ length: N }, (__, i) => (bits((m + 1) & i) % 2 === 0 ? 1 : -1)),
  );
}

/** A layer that holds its pattern, and goes on to the next of what some layers of the past hold. */
async function turnsOf(delays: number, strength: number, reads: readonly number[]) {
  const [K, N] = [6, 64];
  const layer = (d: number) => (d === 0 ? "v" : `d${d}`);
  const all = Array.from({ length: delays }, (_, d) => d + 1);
  const text = `ham 1
dim K = ${K}, N = ${N}
data xi: sign[K, N] = ${JSON.stringify(orthogonal(K, N))}
given query: sign[N]
neuron v: [N] as tanh(beta = 50)
${all.map((d) => `neuron d${d}: [N] as identity`).join("\n")}
let next[m: K, i] = sum[n where n == m + 1 or (m == K - 1 and n == 0)] xi[n, i]
let past[m] = 1 / (N * ${reads.length}) * sum[i] xi[m, i] * (${reads.map((d) => `${layer(d)}[i]`).join(" + ")})
energy hold = -1/2 * 1/N * sum[m] (sum[i] xi[m, i] * v[i])^2
drive v[i] = ${strength} * sum[m] next[m, i] * past[m]
${all.map((d) => `drive d${d}[i] = ${layer(d - 1)}[i]`).join("\n")}
recall go {
  ${[0, ...all].map((d) => `start ${layer(d)} = query`).join("\n  ")}
  solver = euler(dt = 1)
  steps = 100
  record v
}
`;
  using model = await loadModel({ name: "delay.ham", text });
  const query = tf.tensor([orthogonal(K, N)[0]]);
  using result = await model.recall({ givens: { query } });
  query.dispose();
  const [{ activations }] = [...result.trajectories.values()];
  const path = (await activations.array()) as number[][][];
  const at = path.map(([v]) =>
    orthogonal(K, N).findIndex((xi) => xi.reduce((sum, s, i) => sum + s * v[i], 0) > 0.999 * N),
  );
  expect(at).not.toContain(-1);
  const turns = at.flatMap((m, n) => (n > 0 && at[n - 1] !== m ? [n] : []));
  for (const turn of turns) expect(at[turn]).toBe((at[turn - 1] + 1) % K);
  return turns.slice(2).map((turn, n) => turn - turns[n + 1]);
}

describe("delayed couplings keep each pattern for as long as theory says", () => {
  // Sompolinsky & Kanter, Phys. Rev. Lett. 57, 1986: couplings with one delay, t₀ = τ.
  test.each([1, 2, 4])("with one delay of %d more steps", async (delay) => {
    expect(new Set(await turnsOf(delay, 2, [delay]))).toEqual(new Set([delay + 1]));
  });

  // Kleinfeld, Proc. Natl. Acad. Sci. 83, 1986: couplings to the mean of a window, t₀ = τ/2 (1 + 1/λ).
  test.each([
    [4, 3],
    [6, 2],
    [5, 2.5],
    [8, 1.6],
  ])("with the mean of %d steps, and a strength of %d", async (window, strength) => {
    const kept = await turnsOf(
      window - 1,
      strength,
      Array.from({ length: window }, (_, d) => d),
    );
    const least = (window / 2) * (1 + 1 / strength);
    expect(new Set(kept)).toEqual(new Set([Math.floor(least) + 1]));
  });

  test("and for good where they are weaker than what holds it", async () => {
    expect(await turnsOf(2, 0.8, [2])).toEqual([]);
  });
});

test("a chain from layer to layer is recalled exactly, from every key", async () => {
  const [a, b, c] = [signs(4, 16, 1), signs(4, 24, 2), signs(4, 20, 3)];
  const text = `ham 1
dim K = 4, A = 16, B = 24, C = 20
data a: sign[K, A] = ${JSON.stringify(a)}
data b: sign[K, B] = ${JSON.stringify(b)}
data c: sign[K, C] = ${JSON.stringify(c)}
given key: sign[A]
neuron x: [A] as sign
neuron y: [B] as sign
neuron z: [C] as sign
drive y[j] = sum[m] b[m, j] * exp(sum[i] a[m, i] * x[i])
drive z[l] = sum[m] c[m, l] * exp(sum[j] b[m, j] * y[j])
recall follow { start x = key clamp x solver = async steps = 1000 }
`;
  using model = await loadModel({ name: "chain.ham", text });
  const given = tf.tensor(a);
  using result = await model.recall({ givens: { key: given } });
  given.dispose();
  const [, y, z] = await Promise.all([...result.activations.values()].map((all) => all.array()));
  expect(y).toEqual(b);
  expect(z).toEqual(c);
  expect(result.outcomes.map(({ ending }) => ending)).toEqual(Array(4).fill("converged"));
});

test("nothing is claimed of a driven memory that rests on its energy alone", async () => {
  const text = `ham 1
dim N = 3
given query: sign[N] = [[1, -1, -1]]
neuron v: [N] as sign
energy pull = -v[0]
drive v[i] = 2 * v[i]
recall go { start v = query solver = sync steps = 5 }
`;
  using model = await loadModel({ name: "held.ham", text });
  using result = await model.recall({ certificate: true });
  const [example] = result.certificate!.examples;
  expect(example.evidence).toEqual([]);
  expect(example.uncertified).toContain("a rest: a drive moves it, of which no energy tells");
  const bits = {
    kind: "bits",
    fields: { v: Array.from({ length: 3 }, () => [-9, 9] as const) },
  } as const;
  const forged = { ...result.certificate!, examples: [{ ...example, evidence: [bits] }] };
  const { accepted, refused } = await model.verify({ ...forged, seal: sealOf(forged) });
  expect(accepted).toBe(false);
  expect(refused.join()).toContain("a drive moves this recall");
  await expect(
    binaryAtlas(model.graph, { sizes: model.sizes, tensors: new Map() }),
  ).rejects.toThrow(/a drive moves "v"/);
});
